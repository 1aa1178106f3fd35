// The options of a service: where it listens, its logs, and the options of its server.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/options.h"
#include "mastic/server/options.h"

namespace mastic::catalog {

/// How log messages are written. Auto is text, in colours when the log goes to a terminal and
/// NO_COLOR is not set (run.h).
enum class LogFormatChoice { Auto, Text, Colour, Json };
/// The format of the access log: none at all, the combined format that other servers write, or
/// JSON.
enum class AccessLogChoice { Off, Combined, Json };

/// The options that an operator sets for a service.
struct Options {
  /// Address to listen on: HOST:PORT, [V6]:PORT, :PORT for every IPv4 address, unix:PATH, or
  /// fd:NUMBER for a listening socket that this process has inherited, such as fd:3 from systemd.
  /// Port 0 lets the system choose. May be given several times.
  std::vector<base::Address> bind = {*base::Address::parse("127.0.0.1:8080")};
  /// Who may connect to a Unix socket, in the digits of chmod: 600 for its owner, 660 for its group
  /// too, 666 for everyone.
  std::string socket_mode = "600";
  /// Owner of a Unix socket, so that a proxy that runs as another user can connect: USER:GROUP,
  /// USER or :GROUP, as names or numbers; empty for the user of this process.
  std::string socket_owner;
  /// Lowest level that is logged: debug, info, warning or error; LOGGER=LEVEL for one logger. May
  /// be given several times.
  std::vector<std::string> log_level = {"info"};
  /// How messages are written: text and colour are for people, json is one object per line; auto is
  /// text, in colours on a terminal unless NO_COLOR is set.
  LogFormatChoice log_format = LogFormatChoice::Auto;
  /// File that messages are appended to; `-` is standard error. The file is reopened after it
  /// has been renamed or removed, and on SIGHUP.
  std::string log_file = "-";
  /// Format of the access log; off for none. One line is written for each request, after the last
  /// byte of its response.
  AccessLogChoice access_log = AccessLogChoice::Off;
  /// File that the access log is appended to; `-` is standard output. The file is reopened after
  /// it has been renamed or removed, and on SIGHUP.
  std::string access_log_file = "-";
  /// Maximum size of one field in a line of the access log. Beyond it: the field is truncated and
  /// ends in `...`.
  std::uint64_t max_log_field_bytes = 4096;
  /// The limits and deadlines of the server.
  server::Options server;

  /// Adds every member to `table` under its name. This object must outlive the table.
  void describe(base::OptionTable& table);
  /// Fails, and names the options concerned, when options contradict each other or cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

/// Makes the command line that reads `table` answer --host and --port, which other servers have, with
/// the option that Mastic has in their place.
void explain_addresses(base::OptionTable& table);

}  // namespace mastic::catalog
