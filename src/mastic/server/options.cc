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
             "A request body that is gathered for a handler; one that pulls sets its own.", "413");
  table.size(
      "max_inflight_bytes", max_inflight_bytes,
      "Memory that requests and answers hold in all: content that is gathered, answers that are "
      "not sent; 0 for a quarter of what this process may have.",
      "503 with Retry-After, and answers that have begun go on piece by piece");
  table.count("max_requests_per_connection", max_requests_per_connection,
              "Requests that one connection may carry.", "the last answer closes it");
  table.count("max_pipelined_requests", max_pipelined_requests,
              "Answers of one connection that wait for the client to take them.",
              "its next request is not read until they left");
  table.size("max_pipelined_bytes", max_pipelined_bytes,
             "Bytes of one connection that wait while an earlier request is answered.",
             "no more is read until it was");
  table.count("max_connections", max_connections, "Connections at one time.",
              "the one idle for longest is closed, or accepting waits");
  table.count("max_connections_per_ip", max_connections_per_ip,
              "Connections from one address at one time; 0 for no limit.", "closed at once");
  table.size("write_high_bytes", write_high_bytes,
             "Unsent bytes of one connection at which its answer is produced no further.");
  table.size("write_low_bytes", write_low_bytes,
             "Unsent bytes of one connection at which its answer is produced again.");

  table.group("Deadlines");
  table.duration("header_timeout", header_timeout,
                 "From the first byte of a request to the end of its header.", "408, close");
  table.duration("keep_alive_timeout", keep_alive_timeout, "How long an idle connection is kept.",
                 "closed");
  table.duration("body_grace", body_grace,
                 "How long a request body may come in slower than the least rate.");
  table.count("min_body_rate", min_body_rate,
              "Bytes a second, over 10 s, that a request body has to come in with.", "408, close");
  table.duration("write_stall_timeout", write_stall_timeout,
                 "How long a client may take nothing of an answer.", "aborted");
  table.count("min_write_rate", min_write_rate,
              "Bytes a second, over 60 s, that a client has to take of an answer.", "aborted");
  table.networks(
      "proxy", proxy,
      "A proxy in front, or a network of them: an IP address, or ADDRESS/BITS; may be given "
      "several times. A peer on a Unix socket is one.");
  table.duration(
      "proxy_write_stall_timeout", proxy_write_stall_timeout,
      "How long a proxy may take nothing of an answer, in place of --write-stall-timeout and "
      "--min-write-rate.",
      "aborted");
  table.duration(
      "linger_idle", linger_idle,
      "After the last answer: how long the client may send nothing before it is closed.");
  table.duration("linger_total", linger_total,
                 "After the last answer: how long the client may go on sending.");
  table.size("max_linger_bytes", max_linger_bytes,
             "After an answer: bytes of its request that are still read and thrown away.",
             "closed");
  table.size(
      "max_unread_bytes", max_unread_bytes,
      "The same of content that the client has announced, when no request follows: it may send "
      "all of it before it looks at the answer.",
      "closed; the answer may be lost");
  table.size(
      "min_unread_rate", min_unread_rate,
      "Bytes a second of that content; what comes as fast is not ended by --linger-total. 0 for "
      "no such exception.");
  table.duration("drain_idle", drain_idle,
                 "When the server stops: how long idle connections stay readable.");
  table.duration("drain_timeout", drain_timeout,
                 "When the server stops: how long requests may take to end.", "aborted");

  table.group("Handlers that block or hang");
  table.duration("queue_timeout", queue_timeout,
                 "How long a request may wait for a thread before its handler begins.",
                 "503 with Retry-After");
  table.duration("hung_after", hung_after, "How long a handler may hold a thread.",
                 "logged, with its stack");
  table.duration("cancel_after", cancel_after,
                 "The same, before its request is cancelled: its stop token fires.",
                 "503, or an abort when the answer had begun");
  table.duration("abandon_after", abandon_after,
                 "After that, how long it may still hold the thread.",
                 "the thread is written off and replaced");
  table.count("recycle_if_lost_over", recycle_if_lost_over,
              "Threads that may be written off at one time; 0 for any number.",
              "the server drains and ends with exit code 75");
  // What these are called in Paste.
  table.alias("threadpool_workers", "workers");
  table.alias("threadpool_spawn_if_under", "reserve_threads");
  table.alias("threadpool_hung_thread_limit", "hung_after", "s");
  table.alias("threadpool_kill_thread_limit", "cancel_after", "s");
  table.alias("threadpool_dying_limit", "abandon_after", "s");
  table.alias("threadpool_max_zombie_threads_before_die", "recycle_if_lost_over");

  table.group("Pages about the server");
  table.list("allowed_host", allowed_host, "HOST",
             "A host, or *.DOMAIN, that they answer to besides localhost, names below it and IP "
             "addresses: the thread watch, and what --debug shows. May be given several times.");

  table.group("While developing");
  table.flag(
      "debug", debug,
      "Answers to errors show what was thrown; only on loopback addresses and Unix sockets.");
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
