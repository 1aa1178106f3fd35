#include "mastic/catalog/options.h"

#include "mastic/base/log_levels.h"
#include "mastic/net/socket_file.h"

namespace mastic::catalog {

void Options::describe(base::OptionTable& table) {
  table.group("Where it listens");
  table.addresses(
      "bind", bind,
      "Address to listen on: HOST:PORT, [V6]:PORT, :PORT for every IPv4 address, unix:PATH, or "
      "fd:NUMBER for a listening socket that this process has inherited, such as fd:3 from "
      "systemd. Port 0 lets the system choose. May be given several times.");
  table.text("socket_mode", socket_mode, "MODE",
             "Who may connect to a Unix socket, in the digits of chmod: 600 for its owner, 660 for "
             "its group too, 666 for everyone.");
  table.text(
      "socket_owner", socket_owner, "USER:GROUP",
      "Owner of a Unix socket, so that a proxy that runs as another user can connect: USER:GROUP, "
      "USER or :GROUP, as names or numbers; empty for the user of this process.");

  table.group("Log");
  table.list("log_level", log_level, "LEVEL",
             "Lowest level that is logged: debug, info, warning or error; LOGGER=LEVEL for one "
             "logger. May be given several times.");
  table.choice("log_format", log_format, "(auto|text|colour|json)",
               {{"auto", LogFormatChoice::Auto},
                {"text", LogFormatChoice::Text},
                {"colour", LogFormatChoice::Colour},
                {"json", LogFormatChoice::Json}},
               "How messages are written: text and colour are for people, json is one object per "
               "line; auto is text, in colours on a terminal unless NO_COLOR is set.");
  table.text("log_file", log_file, "PATH",
             "File that messages are appended to; '-' is standard error. The file is reopened "
             "after it has been renamed or removed, and on SIGHUP.");

  table.group("Access log");
  table.choice("access_log", access_log, "(off|combined|json)",
               {{"off", AccessLogChoice::Off},
                {"combined", AccessLogChoice::Combined},
                {"json", AccessLogChoice::Json}},
               "Format of the access log; off for none. One line is written for each request, "
               "after the last byte of its response.");
  table.text("access_log_file", access_log_file, "PATH",
             "File that the access log is appended to; '-' is standard output. The file is "
             "reopened after it has been renamed or removed, and on SIGHUP.");
  table.size("max_log_field_bytes", max_log_field_bytes,
             "Maximum size of one field in a line of the access log. Beyond it: the field is "
             "truncated and ends in '...'.");

  server.describe(table);
}

void explain_addresses(base::OptionTable& table) {
  for (const std::string_view name : {"host", "port"}) table.ignore(name, "write --bind HOST:PORT");
}

base::Result<void> Options::check() const {
  if (const auto levels = base::LogLevels::parse(log_level); !levels) {
    return base::fail("--log-level: ", levels.error().message);
  }
  if (const auto mode = net::parse_mode(socket_mode); !mode) {
    return base::fail("--socket-mode: ", mode.error().message);
  }
  if (access_log == AccessLogChoice::Off && access_log_file != Options().access_log_file) {
    return base::fail("--access-log-file needs --access-log combined or --access-log json");
  }
  for (const base::Address& address : bind) {
    if (!server.debug || address.is_local()) continue;
    return base::fail("--debug shows the inside of the application, and ", address.to_string(),
                      address.is_inherited() ? " may be" : " can be",
                      " reached from other machines; bind to 127.0.0.1, or leave --debug out");
  }
  return server.check();
}

}  // namespace mastic::catalog
