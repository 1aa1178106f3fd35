// The settings of a server: limits, deadlines, loops. One table of them makes the command line, its
// help and the reference page.

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

/// What a server is made with. Sizes are in bytes, rates in bytes a second; deadlines cannot be
/// switched off. `describe` gives each member its name on the command line:
/// docs/reference/mastic-serve.md lists them.
struct Options {
  /// Loops, threads and how bytes are moved.
  loop::Options loop;
  /// Bounds of a request's head: lines, fields, chunks.
  wire::http1::Limits http1;

  // ---- memory and counts ----

  /// The largest content that is gathered for a handler, which may set a bound of its own
  /// (Request::gather). Answered with 413.
  std::uint64_t max_body_bytes = 1 << 20;
  /// What all requests and answers together may hold: content that is gathered, answers that are
  /// not sent. With 0 it is default_inflight_bytes. At the bound a request is answered with 503 and
  /// Retry-After; answers that have begun go on piece by piece.
  std::uint64_t max_inflight_bytes = 0;
  /// How many requests one connection may carry. The last answer closes it.
  std::uint64_t max_requests_per_connection = 10'000;
  /// How many answers of one connection may wait for the client to take them. Its next request is
  /// not read until some have left.
  std::uint64_t max_pipelined_requests = 64;
  /// How many bytes of one connection are read ahead while an earlier request is answered. No more
  /// is read until it was.
  std::uint64_t max_pipelined_bytes = 64 << 10;
  /// How many connections there may be at one time. At the bound the one that was idle for longest
  /// is closed; when none is idle, accepting waits.
  std::uint64_t max_connections = 10'000;
  /// How many connections one IP address may have; 0 for no bound. One more is closed at once.
  std::uint64_t max_connections_per_ip = 0;
  /// An answer is produced no further while so many bytes of its connection are unsent.
  std::uint64_t write_high_bytes = 256 << 10;
  /// It is produced again once so few are. Has to be less than write_high_bytes.
  std::uint64_t write_low_bytes = 64 << 10;

  // ---- deadlines ----

  /// How long a head may take, from its first byte to its end. Then it is answered with 408, and the
  /// connection is closed.
  base::Duration header_timeout = std::chrono::seconds(10);
  /// How long an idle connection is kept before it is closed.
  base::Duration keep_alive_timeout = std::chrono::seconds(60);
  /// How long content may come in slower than min_body_rate.
  base::Duration body_grace = std::chrono::seconds(10);
  /// The rate that content has to come with, measured over 10 seconds. Slower is answered with 408,
  /// and the connection is closed; 0 asks for none.
  std::uint64_t min_body_rate = 500;
  /// How long a client may take nothing of an answer before that is aborted.
  base::Duration write_stall_timeout = std::chrono::seconds(30);
  /// The rate that a client has to take an answer with, measured over 60 seconds. Slower is
  /// aborted; 0 asks for none.
  std::uint64_t min_write_rate = 500;
  /// Proxies in front. They are trusted to take an answer as slowly as their own clients do. A peer
  /// on a Unix socket is one without being named.
  std::vector<base::IpNetwork> proxy;
  /// How long a proxy may take nothing of an answer, in place of write_stall_timeout and
  /// min_write_rate.
  base::Duration proxy_write_stall_timeout = std::chrono::minutes(15);

  // ---- the end of a connection ----

  /// How long the client may send nothing after the last answer before the connection is closed.
  base::Duration linger_idle = std::chrono::seconds(2);
  /// How long the client may go on sending after the last answer before the connection is closed.
  base::Duration linger_total = std::chrono::seconds(10);
  /// How many bytes of a request are read and thrown away behind its answer. Closed when there are
  /// more.
  std::uint64_t max_linger_bytes = 64 << 10;
  /// How many bytes of content are thrown away that the client has announced, when no request follows:
  /// it may send all of it before it looks at the answer. Closed when there is more, and the answer may be lost.
  std::uint64_t max_unread_bytes = 64 << 20;
  /// While that content comes at this rate, linger_total does not end it; 0 for no such exception.
  std::uint64_t min_unread_rate = 64 << 10;
  /// When the server stops: how long idle connections are still read from.
  base::Duration drain_idle = std::chrono::milliseconds(500);
  /// When the server stops: how long requests may take to end before they are aborted.
  base::Duration drain_timeout = std::chrono::seconds(30);

  // ---- handlers that block or hang ----

  /// How long a request may wait for a thread before its handler begins. Answered with 503 and
  /// Retry-After.
  base::Duration queue_timeout = std::chrono::seconds(5);
  /// How long a handler may hold a thread before the log says so, with the thread's stack.
  base::Duration hung_after = std::chrono::seconds(30);
  /// How long it may before its request is cancelled: its stop token fires, and the client gets
  /// 503, or an abort when the answer had begun.
  base::Duration cancel_after = std::chrono::minutes(30);
  /// How long it may still hold the thread after that, before the thread is written off and
  /// replaced.
  base::Duration abandon_after = std::chrono::minutes(5);
  /// How many threads may be written off at one time; 0 for any number. With one more the server
  /// drains and the program ends with exit code 75.
  std::uint64_t recycle_if_lost_over = 8;

  // ---- pages about the inside ----

  /// Answers to errors show what was thrown. A server that listens to other machines does not start
  /// with it.
  bool debug = false;
  /// The hosts that such pages and the thread watch answer to besides localhost, names below it and
  /// IP addresses: names, or *.DOMAIN.
  std::vector<std::string> allowed_host;

  /// Whether a peer is a proxy: `proxy` names it, or it is on a Unix socket and so has no address.
  [[nodiscard]] bool is_proxy(const base::IpAddress& peer) const;

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

/// What requests and answers may hold when nobody says: a quarter of the memory that this process may
/// have, or 256 MiB where the system does not tell.
[[nodiscard]] std::uint64_t default_inflight_bytes(base::Kernel& kernel);

}  // namespace mastic::server
