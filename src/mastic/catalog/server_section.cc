#include "mastic/catalog/server_section.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mastic::catalog {
namespace {

/// A name of another server for an option, and the unit of its bare numbers.
struct ServerAlias {
  std::string_view other;
  std::string_view name;
  std::string_view unit = {};
};

constexpr ServerAlias kServerAliases[] = {
    // Paste
    {"threadpool_workers", "workers"},
    {"threadpool_hung_thread_limit", "hung_after", "s"},
    {"threadpool_kill_thread_limit", "cancel_after", "s"},
    {"threadpool_dying_limit", "abandon_after", "s"},
    {"threadpool_max_zombie_threads_before_die", "recycle_if_lost_over"},
    // waitress
    {"threads", "workers"},
    {"unix_socket_perms", "socket_mode"},
    {"connection_limit", "max_connections"},
    {"channel_timeout", "keep_alive_timeout", "s"},
    {"max_request_header_size", "max_header_bytes"},
    {"max_request_body_size", "max_body_bytes"},
    {"expose_tracebacks", "debug"},
    // gunicorn
    {"keepalive", "keep_alive_timeout", "s"},
    {"graceful_timeout", "drain_timeout", "s"},
    {"limit_request_line", "max_request_line_bytes"},
    {"limit_request_fields", "max_header_count"},
    {"loglevel", "log_level"},
    {"errorlog", "log_file"},
};

/// Names that mean nothing here, and why.
struct IgnoredNames {
  std::string_view why;
  std::vector<std::string_view> names;
};

std::vector<IgnoredNames> ignored_names() {
  return {
      {"loops and threads are started and replaced when they are needed",
       {"use_threadpool", "threadpool_max_requests", "threadpool_spawn_if_under",
        "threadpool_hung_check_period", "daemon_threads", "worker_class", "worker_connections",
        "max_requests", "max_requests_jitter", "preload_app", "preload"}},
      {"each deadline has an option of its own, such as header_timeout and write_stall_timeout",
       {"socket_timeout", "timeout", "cleanup_interval"}},
      {"the system chooses the length of the queue of new connections",
       {"request_queue_size", "backlog"}},
      {"write_high_bytes and max_inflight_bytes limit what is kept in memory",
       {"recv_bytes", "send_bytes", "outbuf_overflow", "outbuf_high_watermark", "inbuf_overflow",
        "channel_request_lookahead"}},
      {"Mastic chooses how it waits for sockets",
       {"asyncore_loop_timeout", "asyncore_use_poll", "ipv4", "ipv6"}},
      {"answers do not name the server", {"ident", "server_version", "server_name"}},
      {"HTTP/1.0 and HTTP/1.1 are both spoken", {"protocol_version"}},
      {"fields such as X-Forwarded-For are not read",
       {"trusted_proxy", "trusted_proxy_count", "trusted_proxy_headers",
        "log_untrusted_proxy_headers", "clear_untrusted_proxy_headers", "forwarded_allow_ips"}},
      {"whether a request came over TLS is known from its connection", {"url_scheme"}},
      {"problems go to the log (log_file)",
       {"error_email", "threadpool_error_email", "log_socket_errors", "capture_output"}},
      {"the service manager starts, stops and restarts the program, as systemd does",
       {"daemon", "pidfile", "user", "group", "umask", "chdir", "proc_name", "reload"}},
      {"the access log has two formats, combined and json", {"access_log_format"}},
  };
}

/// Names whose loss would change what clients see.
std::string_view why_refused(std::string_view name) {
  constexpr std::string_view kTls[] = {"ssl_pem", "ssl_context", "certfile",
                                       "keyfile", "ca_certs",    "ssl_version"};
  if (std::ranges::find(kTls, name) != std::end(kTls)) {
    return "Mastic does not speak TLS yet; let a proxy in front of it do that, and leave this out";
  }
  if (name == "url_prefix") {
    return "mount the application with mastic#urlmap at this prefix, and leave this out";
  }
  return {};
}

/// Adds the port to a host, in the form that Address::parse reads.
std::string with_port(std::string_view host, std::string_view port) {
  const bool is_bare_v6 = std::ranges::count(host, ':') > 1 && !host.starts_with('[');
  std::string address(host == "*" ? "" : host);
  if (is_bare_v6) address = "[" + address + "]";
  return address.append(":").append(port);
}

/// Reads HOST:PORT, where `*` is every IPv4 address.
base::Result<base::Address> read_address(std::string_view text) {
  return base::Address::parse(text.starts_with("*:") ? text.substr(1) : text);
}

}  // namespace

void ServerSection::describe(base::OptionTable& table) {
  options_->describe(table);
  bind_ = table.find("bind");
  table.group("In the words of other servers");
  describe_addresses(table);
  table.values(
      "accesslog", "", "PATH",
      [this](std::string_view path, bool) -> base::Result<void> {
        options_->access_log = AccessLogChoice::Combined;
        options_->access_log_file = path;
        return {};
      },
      "File of an access log in the combined format; '-' is standard output.");
  for (const ServerAlias& alias : kServerAliases) table.alias(alias.other, alias.name, alias.unit);
  for (const IgnoredNames& ignored : ignored_names()) {
    for (const std::string_view name : ignored.names) table.ignore(name, ignored.why);
  }
  const auto is_refused = [](std::string_view name) { return !why_refused(name).empty(); };
  table.entries("certfile", refused_, "PATH", is_refused,
                "Not there yet, like all names of certificates: Mastic does not speak TLS.");
  table.find("certfile")->parse = [](const base::OptionText& text) -> base::Result<void> {
    return base::fail(why_refused(text.name));
  };
}

void ServerSection::describe_addresses(base::OptionTable& table) {
  table.values(
      "host", "", "HOST",
      [this](std::string_view host, bool) {
        host_ = host;
        return bind_host_and_port();
      },
      "Address to listen on, without its port: '0.0.0.0', or '*' for every IPv4 address.");
  table.values(
      "port", "", "PORT",
      [this](std::string_view port, bool) {
        port_ = port;
        return bind_host_and_port();
      },
      "Port to listen on, at the address of host.");
  table.values(
      "listen", "", "ADDRESS",
      [this](std::string_view address, bool begins) { return bind("listen", address, begins); },
      "Address to listen on, HOST:PORT. May be given several times.");
  table.values(
      "unix_socket", "", "PATH",
      [this](std::string_view path, bool) {
        return bind("unix_socket", "unix:" + std::string(path), true);
      },
      "Path of a Unix socket to listen on.");
}

base::Result<void> ServerSection::bind_host_and_port() {
  // Paste also takes HOST:PORT for a host.
  const bool has_port = read_address(host_).has_value();
  if (has_port && !port_.empty()) {
    return base::fail("'", host_, "' has a port already, so leave port out");
  }
  if (has_port) return bind("host", host_, true);
  return bind("host",
              with_port(host_.empty() ? "127.0.0.1" : host_, port_.empty() ? "8080" : port_), true);
}

base::Result<void> ServerSection::bind(std::string_view by, std::string_view address, bool begins) {
  const std::string_view other = bind_->given.empty() ? bound_by_ : bind_->name;
  if (!other.empty() && other != by) {
    return base::fail(other, " says where to listen, too; leave one of them out");
  }
  auto parsed = read_address(address);
  if (!parsed) return std::unexpected(parsed.error());
  bound_by_ = by;
  if (begins) options_->bind.clear();
  options_->bind.push_back(*std::move(parsed));
  return {};
}

void warn_of_other_meanings(const deploy::Node& section, deploy::Diagnostics& diagnostics) {
  if (!section.factory.starts_with("egg:gunicorn#")) return;
  for (const deploy::Node::Value& option : section.options) {
    if (option.name != "workers" || option.is_default) continue;
    diagnostics.warn(option.origin,
                     "workers are processes for gunicorn, but threads for handlers that block "
                     "here; leave it out, because one process uses every core");
  }
}

}  // namespace mastic::catalog
