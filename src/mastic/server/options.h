// The settings of a server: limits, deadlines, loops. The command line, its help and the reference
// page are made from them.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/ip_network.h"
#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/loop/options.h"
#include "mastic/wire/http1/limits.h"

namespace mastic::server {

/// The settings of a Server. Sizes are in bytes, rates in bytes per second. Deadlines cannot be
/// switched off. `describe` gives each member its name on the command line;
/// docs/reference/mastic-serve.md lists them.
struct Options {
  /// Loops, threads and how bytes are moved.
  loop::Options loop;
  /// Limits for the parts of a request that frame it: lines, fields, chunks.
  wire::http1::Limits http1;

  // ---- memory and counts ----

  /// The largest content that is gathered for a handler, which may set its own limit
  /// (Request::gather). A larger one is answered with 413.
  std::uint64_t max_body_bytes = 1 << 20;
  /// Memory for all requests and answers together: content that is gathered, answers that are not
  /// sent. 0 means default_inflight_bytes. At the limit, requests are answered with 503 and
  /// Retry-After, and answers that have begun continue piece by piece.
  std::uint64_t max_inflight_bytes = 0;
  /// How many requests one connection may carry. It is closed after the last answer.
  std::uint64_t max_requests_per_connection = 10'000;
  /// How many answers of one connection may wait for the client to read them. At the limit, its
  /// next request is not read until they have left.
  std::uint64_t max_pipelined_requests = 64;
  /// How many bytes of one connection are read ahead while an earlier request is answered. At the
  /// limit, reading pauses.
  std::uint64_t max_pipelined_bytes = 64 << 10;
  /// How many connections there may be at a time. At the limit, the connection that has been idle
  /// longest is closed for each new one; when none is idle, accepting pauses.
  std::uint64_t max_connections = 10'000;
  /// How many connections one IP address may have; 0 for no limit. Further ones are closed at once.
  std::uint64_t max_connections_per_ip = 0;
  /// Production of an answer pauses when its connection has so many unsent bytes.
  std::uint64_t write_high_bytes = 256 << 10;
  /// Production resumes when no more than so many are left. Must be less than write_high_bytes.
  std::uint64_t write_low_bytes = 64 << 10;

  // ---- deadlines ----

  /// How long a head may take, from its first byte to its end. A slower one is answered with 408,
  /// and the connection is closed.
  base::Duration header_timeout = std::chrono::seconds(10);
  /// How long an idle connection is kept open.
  base::Duration keep_alive_timeout = std::chrono::seconds(60);
  /// How long content may arrive below min_body_rate.
  base::Duration body_grace = std::chrono::seconds(10);
  /// The minimum rate of content, measured over 10 seconds; 0 for none. Slower content is answered
  /// with 408, and the connection is closed.
  std::uint64_t min_body_rate = 500;
  /// How long a client may read nothing of an answer before the connection is aborted.
  base::Duration write_stall_timeout = std::chrono::seconds(30);
  /// The minimum rate at which a client reads an answer, measured over 60 seconds; 0 for none. The
  /// connection of a slower client is aborted.
  std::uint64_t min_write_rate = 500;
  /// Proxies in front of the server. A proxy may read an answer as slowly as its own clients do. A
  /// peer on a Unix socket always counts as a proxy.
  std::vector<base::IpNetwork> proxy;
  /// How long a proxy may read nothing of an answer. It replaces write_stall_timeout and
  /// min_write_rate.
  base::Duration proxy_write_stall_timeout = std::chrono::minutes(15);

  // ---- the end of a connection ----

  /// How long the client may send nothing after the last answer before the connection is closed.
  base::Duration linger_idle = std::chrono::seconds(2);
  /// How long the client may continue to send after the last answer before the connection is
  /// closed.
  base::Duration linger_total = std::chrono::seconds(10);
  /// How many bytes of a request are read and discarded after its answer. When there are more, the
  /// connection is closed.
  std::uint64_t max_linger_bytes = 64 << 10;
  /// How many bytes of announced content are read and discarded after the last answer, because a
  /// client may send all of its content before it reads the answer. When there is more, the
  /// connection is closed, and the answer may be lost.
  std::uint64_t max_unread_bytes = 64 << 20;
  /// The rate at which such content may continue beyond linger_total; 0: it may not.
  std::uint64_t min_unread_rate = 64 << 10;
  /// When the server stops: how long idle connections are still read.
  base::Duration drain_idle = std::chrono::milliseconds(500);
  /// When the server stops: how long requests may take to finish before they are aborted.
  base::Duration drain_timeout = std::chrono::seconds(30);

  // ---- handlers that block or hang ----

  /// How long a request may wait for a thread before its handler begins. Then it is answered with
  /// 503 and Retry-After.
  base::Duration queue_timeout = std::chrono::seconds(5);
  /// How long a handler may hold a thread before that is logged, with the thread's stack.
  base::Duration hung_after = std::chrono::seconds(30);
  /// How long a handler may hold a thread before its request is cancelled: its stop token fires,
  /// and the client gets 503, or an abort if the answer has begun.
  base::Duration cancel_after = std::chrono::minutes(30);
  /// How long a cancelled handler may still hold its thread before the thread is written off and
  /// replaced.
  base::Duration abandon_after = std::chrono::minutes(5);
  /// How many threads may be written off at a time; 0 for any number. Beyond that, the server
  /// drains and the program ends with exit code 75.
  std::uint64_t recycle_if_lost_over = 8;

  // ---- pages about the server ----

  /// Whether error answers show what was thrown. A server with this option does not start if it
  /// listens to other machines.
  bool debug = false;
  /// The hosts at which error details and the thread watch are shown, besides localhost, names
  /// below it and IP addresses: names, or *.DOMAIN.
  std::vector<std::string> allowed_host;

  /// Whether a peer is a proxy: `proxy` names it, or it is on a Unix socket and so has no address.
  [[nodiscard]] bool is_proxy(const base::IpAddress& peer) const;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
  /// Fails when an option cannot work or options contradict each other, and names them.
  [[nodiscard]] base::Result<void> check() const;
};

/// The default of max_inflight_bytes: a quarter of the memory that this process may use, or 256 MiB
/// when the system does not tell.
[[nodiscard]] std::uint64_t default_inflight_bytes(base::Kernel& kernel);

}  // namespace mastic::server
