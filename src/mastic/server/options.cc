#include "mastic/server/options.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/machine.h"
#include "mastic/http/authority.h"

namespace mastic::server {

void Options::describe(base::OptionTable& table) {
  table.group("Loops");
  loop.describe(table);

  table.group("Limits");
  http1.describe(table);
  table.size("max_body_bytes", max_body_bytes,
             "The maximum size of a request body that is gathered for a handler. Handlers that "
             "read a body piece by piece set their own limit.",
             "413");
  table.size(
      "max_inflight_bytes", max_inflight_bytes,
      "The maximum memory of all requests and answers together: content that is gathered, answers "
      "that are not sent yet; 0 means a quarter of the memory that this process may have.",
      "503 with Retry-After, and answers that have begun continue piece by piece");
  table.count("max_requests_per_connection", max_requests_per_connection,
              "The maximum number of requests on one connection.",
              "it is closed after the last answer");
  table.count(
      "max_pipelined_requests", max_pipelined_requests,
      "The maximum number of answers of one connection that wait for the client to read them.",
      "its next request is not read until they have left");
  table.size("max_pipelined_bytes", max_pipelined_bytes,
             "The maximum number of bytes that one connection may send ahead while an earlier "
             "request is answered.",
             "no more is read until the answer is complete");
  table.count("max_connections", max_connections, "The maximum number of connections at one time.",
              "the one that was idle for longest is closed, or else accepting pauses");
  table.count("max_connections_per_ip", max_connections_per_ip,
              "The maximum number of connections from one address at one time; 0 means no limit.",
              "the connection is closed at once");
  table.size(
      "write_high_bytes", write_high_bytes,
      "The number of unsent bytes of a connection at which its answer stops being produced.");
  table.size(
      "write_low_bytes", write_low_bytes,
      "The number of unsent bytes of a connection at which its answer continues to be produced.");

  table.group("Deadlines");
  table.duration("header_timeout", header_timeout,
                 "The maximum time from the first byte of a request to the end of its header.",
                 "408, close");
  table.duration("keep_alive_timeout", keep_alive_timeout,
                 "How long an idle connection is kept open.", "closed");
  table.duration("body_grace", body_grace,
                 "How long a request body may arrive more slowly than --min-body-rate.");
  table.count(
      "min_body_rate", min_body_rate,
      "The rate in bytes per second, measured over 10 s, below which a request body is too slow.",
      "408, close");
  table.duration("write_stall_timeout", write_stall_timeout,
                 "How long a client may read nothing of its answer.", "aborted");
  table.count(
      "min_write_rate", min_write_rate,
      "The rate in bytes per second, measured over 60 s, below which a client reads too slowly.",
      "aborted");
  table.networks(
      "proxy", proxy,
      "A proxy in front of this server, or a network of proxies: an IP address, or ADDRESS/BITS. "
      "May be given several times. Peers on a Unix socket are treated as proxies.");
  table.duration("proxy_write_stall_timeout", proxy_write_stall_timeout,
                 "How long a proxy may read nothing of an answer, in place of "
                 "--write-stall-timeout and --min-write-rate.",
                 "aborted");
  table.duration(
      "linger_idle", linger_idle,
      "After the last answer: how long the client may be silent before the connection is closed.");
  table.duration("linger_total", linger_total,
                 "After the last answer: how long the client may continue to send.");
  table.size("max_linger_bytes", max_linger_bytes,
             "After an answer: how many bytes of its request are still read and discarded.",
             "closed");
  table.size("max_unread_bytes", max_unread_bytes,
             "The same for content that the client has announced, if no request follows: a client "
             "may send all of it before it reads the answer.",
             "the connection is closed, and the answer may be lost");
  table.size("min_unread_rate", min_unread_rate,
             "Bytes per second of that content: while it arrives as fast as this, --linger-total "
             "does not apply. 0 means that it always applies.");
  table.duration("drain_idle", drain_idle,
                 "When the server stops: how long idle connections may still send a request.");
  table.duration("drain_timeout", drain_timeout,
                 "When the server stops: how long requests under way may take to end.", "aborted");

  table.group("Handlers that block or hang");
  table.duration("queue_timeout", queue_timeout,
                 "How long a request may wait for a thread before its handler starts.",
                 "503 with Retry-After");
  table.duration("hung_after", hung_after, "How long a handler may hold a thread.",
                 "it is logged, with its stack");
  table.duration("cancel_after", cancel_after,
                 "How long a handler may hold a thread before its request is cancelled and its "
                 "stop token fires.",
                 "503, or an aborted answer if it had begun");
  table.duration("abandon_after", abandon_after,
                 "How long a cancelled handler may still hold its thread.",
                 "the thread is written off and replaced");
  table.count("recycle_if_lost_over", recycle_if_lost_over,
              "How many threads may be written off at one time; 0 means any number.",
              "the server drains and ends with exit code 75");
  // What these are called in Paste.
  table.alias("threadpool_workers", "workers");
  table.alias("threadpool_spawn_if_under", "reserve_threads");
  table.alias("threadpool_hung_thread_limit", "hung_after", "s");
  table.alias("threadpool_kill_thread_limit", "cancel_after", "s");
  table.alias("threadpool_dying_limit", "abandon_after", "s");
  table.alias("threadpool_max_zombie_threads_before_die", "recycle_if_lost_over");

  table.group("Pages about the server");
  table.list(
      "allowed_host", allowed_host, "HOST",
      "A host, or *.DOMAIN, for which the thread watch and the details of --debug are shown, "
      "besides localhost, names below it and IP addresses. May be given several times.");

  table.group("While developing");
  table.flag("debug", debug,
             "Show on error pages what was thrown. Only on loopback addresses and Unix sockets.");
}

std::uint64_t default_inflight_bytes(base::Kernel& kernel) {
  constexpr std::uint64_t kUnknown = 1 << 30;
  return base::memory_of_process(kernel).value_or(kUnknown) / 4;
}

bool Options::is_proxy(const base::IpAddress& peer) const {
  return peer.is_none() || std::ranges::any_of(proxy, [&](const base::IpNetwork& each) {
           return each.contains(peer);
         });
}

base::Result<void> Options::check() const {
  for (const std::string& host : allowed_host) {
    if (http::is_host_pattern(host)) continue;
    return base::fail("--allowed-host ", host,
                      ": write a name without a port, or '*.' and what names end in");
  }
  if (const auto fits = http1.check(); !fits) return fits;
  if (const auto fits = loop.check(); !fits) return fits;
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
    return base::fail("--write-low-bytes has to be less than --write-high-bytes");
  }
  return {};
}

}  // namespace mastic::server
