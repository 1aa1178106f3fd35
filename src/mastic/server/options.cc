#include "mastic/server/options.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/machine.h"
#include "mastic/http/authority.h"

namespace mastic::server {

// The order is that of --help, of the manual page and of the reference.
void Options::describe(base::OptionTable& table) {
  table.group("Loops");
  loop.describe(table);

  table.group("Limits");
  http1.describe(table);
  table.size("max_body_bytes", max_body_bytes,
             "Maximum size of a request body that is read whole for a handler; a handler that "
             "reads piece by piece sets its own limit. Beyond it: 413.");
  table.size(
      "max_inflight_bytes", max_inflight_bytes,
      "Maximum memory of all requests and responses together: request bodies that are read whole, "
      "and responses that are not sent yet; 0 for a quarter of the memory that this process may "
      "use. Beyond it: 503 with Retry-After; responses that have begun continue piece by piece.");
  table.count("max_requests_per_connection", max_requests_per_connection,
              "Maximum number of requests that one connection carries. The connection is closed "
              "after the last response.");
  table.count("max_pipelined_requests", max_pipelined_requests,
              "Maximum number of responses of one connection that wait for the client to read "
              "them. At the limit, its next request is not read.");
  table.size("max_pipelined_bytes", max_pipelined_bytes,
             "Maximum number of bytes of one connection that are read ahead while an earlier "
             "request is answered. At the limit, reading pauses.");
  table.count("max_connections", max_connections,
              "Maximum number of connections. Beyond it: the one that has been idle longest is "
              "closed; if none is idle, accepting pauses.");
  table.count("max_connections_per_ip", max_connections_per_ip,
              "Maximum number of connections from one IP address; 0 for no limit. Beyond it: "
              "further ones are closed at once.");
  table.size("write_high_bytes", write_high_bytes,
             "A response stops being produced while its connection has this many unsent bytes, and "
             "resumes at --write-low-bytes.");
  table.size("write_low_bytes", write_low_bytes,
             "A response that stopped at --write-high-bytes resumes when no more than this many "
             "bytes of its connection are unsent. Must be less than --write-high-bytes.");

  table.group("Uploads");
  uploads.describe(table);

  table.group("Deadlines");
  table.duration("header_timeout", header_timeout,
                 "How long the first line and the header fields of a request may take, from the "
                 "first byte to the last. Beyond it: 408, close.");
  table.duration("keep_alive_timeout", keep_alive_timeout,
                 "How long an idle connection is kept open.");
  table.duration("body_grace", body_grace,
                 "How long a request body may stay below --min-body-rate at its beginning.");
  table.count("min_body_rate", min_body_rate,
              "Minimum rate of a request body, in bytes per second over 10 s; 0 for none. Below "
              "it: 408, close.");
  table.duration("write_stall_timeout", write_stall_timeout,
                 "How long a client may go without reading any of a response. Beyond it: the "
                 "connection is aborted.");
  table.count("min_write_rate", min_write_rate,
              "Minimum rate at which a client reads a response, in bytes per second over 60 s; 0 "
              "for none. Below it: the connection is aborted.");
  table.networks(
      "proxy", proxy,
      "A proxy in front of this server: an IP address, or ADDRESS/BITS for a network of them. May "
      "be given several times. A proxy reads only as fast as its own clients do, so "
      "--proxy-write-stall-timeout applies to it instead of --write-stall-timeout and "
      "--min-write-rate. A peer on a Unix socket always counts as a proxy.");
  table.duration(
      "proxy_write_stall_timeout", proxy_write_stall_timeout,
      "How long a proxy may go without reading any of a response; for proxies, this replaces "
      "--write-stall-timeout and --min-write-rate. Beyond it: the connection is aborted.");
  table.duration("linger_idle", linger_idle,
                 "After the last response: how long the client may stay silent before the "
                 "connection is closed.");
  table.duration("linger_total", linger_total,
                 "After the last response: how long the client may continue to send before the "
                 "connection is closed.");
  table.size("max_linger_bytes", max_linger_bytes,
             "Maximum number of bytes that are read and discarded after a response, besides those "
             "of an announced request body. Beyond it: the connection is closed.");
  table.size("max_unread_bytes", max_unread_bytes,
             "Maximum number of bytes of an announced request body that are read and discarded "
             "after the last response, because a client may send all of it before it reads the "
             "response. Beyond it: the connection is closed, and the response may be lost.");
  table.size("min_unread_rate", min_unread_rate,
             "Minimum rate, in bytes per second, at which an announced request body may continue "
             "beyond --linger-total; 0 means that it may not. Below it: the connection is closed.");
  table.duration("drain_idle", drain_idle,
                 "When the server stops: how long idle connections are still read.");
  table.duration(
      "drain_timeout", drain_timeout,
      "When the server stops: how long requests may take to finish. Beyond it: they are aborted.");

  table.group("WebSockets");
  websocket.describe(table);

  table.group("Handlers that block or hang");
  table.duration("queue_timeout", queue_timeout,
                 "How long a request may wait for a thread before its handler begins. Beyond it: "
                 "503 with Retry-After.");
  table.duration(
      "hung_after", hung_after,
      "How long a handler may hold a thread before that is logged, with the thread's stack.");
  table.duration("cancel_after", cancel_after,
                 "How long a handler may hold a thread before its request is cancelled: its stop "
                 "token fires, and the client gets 503, or an abort if the response has begun.");
  table.duration("abandon_after", abandon_after,
                 "How long a cancelled handler may still hold its thread before the thread is "
                 "written off and replaced.");
  table.count(
      "recycle_if_lost_over", recycle_if_lost_over,
      "Maximum number of threads that have been written off (see --abandon-after) and are not back "
      "yet; 0 for no limit. Beyond it: the server drains, and the program ends with exit code 75.");
  // The names of these options in Paste.
  table.alias("threadpool_workers", "workers");
  table.alias("threadpool_spawn_if_under", "reserve_threads");
  table.alias("threadpool_hung_thread_limit", "hung_after", "s");
  table.alias("threadpool_kill_thread_limit", "cancel_after", "s");
  table.alias("threadpool_dying_limit", "abandon_after", "s");
  table.alias("threadpool_max_zombie_threads_before_die", "recycle_if_lost_over");

  table.group("Pages about the server");
  table.list("allowed_host", allowed_host, "HOST",
             "A host name, or *.DOMAIN, at which the thread watch and what --debug shows are "
             "available, besides localhost, names below it and IP addresses. May be given several "
             "times.");

  table.group("While developing");
  table.flag("debug", debug,
             "Show in error responses what was thrown. The server then refuses to start unless it "
             "listens only on loopback addresses and Unix sockets.");
}

std::uint64_t default_inflight_bytes(base::Kernel& kernel) {
  constexpr std::uint64_t kUnknown = 1 << 30;  // assumed when the system does not tell
  return base::memory_of_process(kernel).value_or(kUnknown) / 4;
}

bool Options::is_proxy(const base::IpAddress& peer) const {
  // A peer without an IP address is on a Unix socket, which counts as a proxy.
  return peer.is_none() || std::ranges::any_of(proxy, [&](const base::IpNetwork& each) {
           return each.contains(peer);
         });
}

base::Result<void> Options::check() const {
  for (const std::string& host : allowed_host) {
    if (http::is_host_pattern(host)) continue;
    return base::fail("--allowed-host ", host, ": write a name without a port, or *.DOMAIN");
  }
  if (const auto fits = http1.check(); !fits) return fits;
  if (const auto fits = loop.check(); !fits) return fits;
  if (const auto fits = websocket.check(); !fits) return fits;
  // The options that are not in these lists may be 0, which then has a meaning, such as no limit.
  const auto some =
      base::require_some({{"--max-requests-per-connection", max_requests_per_connection},
                          {"--max-pipelined-requests", max_pipelined_requests},
                          {"--max-pipelined-bytes", max_pipelined_bytes},
                          {"--max-connections", max_connections}});
  if (!some) return some;
  const auto time = base::require_time({{"--header-timeout", header_timeout},
                                        {"--keep-alive-timeout", keep_alive_timeout},
                                        {"--write-stall-timeout", write_stall_timeout},
                                        {"--proxy-write-stall-timeout", proxy_write_stall_timeout},
                                        {"--linger-idle", linger_idle},
                                        {"--linger-total", linger_total},
                                        {"--drain-timeout", drain_timeout},
                                        {"--queue-timeout", queue_timeout},
                                        {"--hung-after", hung_after},
                                        {"--cancel-after", cancel_after},
                                        {"--abandon-after", abandon_after}});
  if (!time) return time;
  if (write_low_bytes >= write_high_bytes) {
    return base::fail("--write-low-bytes must be less than --write-high-bytes");
  }
  return {};
}

}  // namespace mastic::server
