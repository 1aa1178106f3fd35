// The settings of a server: limits, deadlines, loops. The command line, its help and the reference
// page are made from them.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/app/upload_options.h"
#include "mastic/base/ip_network.h"
#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/loop/options.h"
#include "mastic/websocket/options.h"
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
  /// WebSockets: limits, deadlines, origins, compression.
  websocket::Options websocket;

  /// Forms with files: limits, and where files are kept meanwhile.
  app::UploadOptions uploads{.upload_directory = std::string(app::kDefaultUploadDirectory)};

  // ---- memory and counts ----

  /// Maximum size of a request body that is read whole for a handler; a handler that reads piece by
  /// piece sets its own limit. Beyond it: 413.
  ///
  /// A handler that reads the body whole may set its own limit, too (Request::gather).
  std::uint64_t max_body_bytes = 1 << 20;
  /// Maximum memory of all requests and responses together: request bodies that are read whole, and
  /// responses that are not sent yet; 0 for a quarter of the memory that this process may use.
  /// Beyond it: 503 with Retry-After; responses that have begun continue piece by piece.
  ///
  /// What 0 means is default_inflight_bytes.
  std::uint64_t max_inflight_bytes = 0;
  /// Maximum number of requests that one connection carries. The connection is closed after the
  /// last response.
  std::uint64_t max_requests_per_connection = 10'000;
  /// Maximum number of responses of one connection that wait for the client to read them. At the
  /// limit, its next request is not read.
  std::uint64_t max_pipelined_requests = 64;
  /// Maximum number of bytes of one connection that are read ahead while an earlier request is
  /// answered. At the limit, reading pauses.
  std::uint64_t max_pipelined_bytes = 64 << 10;
  /// Maximum number of connections. Beyond it: the one that has been idle longest is closed; if
  /// none is idle, accepting pauses.
  std::uint64_t max_connections = 10'000;
  /// Maximum number of connections from one IP address; 0 for no limit. Beyond it: further ones are
  /// closed at once.
  std::uint64_t max_connections_per_ip = 0;
  /// A response stops being produced while its connection has this many unsent bytes, and resumes
  /// at `write_low_bytes`.
  std::uint64_t write_high_bytes = 256 << 10;
  /// A response that stopped at `write_high_bytes` resumes when no more than this many bytes of its
  /// connection are unsent. Must be less than `write_high_bytes`.
  std::uint64_t write_low_bytes = 64 << 10;

  // ---- deadlines ----

  /// How long the first line and the header fields of a request may take, from the first byte to
  /// the last. Beyond it: 408, close.
  base::Duration header_timeout = std::chrono::seconds(10);
  /// How long an idle connection is kept open.
  base::Duration keep_alive_timeout = std::chrono::seconds(60);
  /// How long a request body may stay below `min_body_rate` at its beginning.
  base::Duration body_grace = std::chrono::seconds(10);
  /// Minimum rate of a request body, in bytes per second over 10 s; 0 for none. Below it: 408,
  /// close.
  std::uint64_t min_body_rate = 500;
  /// How long a client may go without reading any of a response. Beyond it: the connection is
  /// aborted.
  base::Duration write_stall_timeout = std::chrono::seconds(30);
  /// Minimum rate at which a client reads a response, in bytes per second over 60 s; 0 for none.
  /// Below it: the connection is aborted.
  std::uint64_t min_write_rate = 500;
  /// A proxy in front of this server: an IP address, or ADDRESS/BITS for a network of them. May be
  /// given several times. A proxy reads only as fast as its own clients do, so
  /// `proxy_write_stall_timeout` applies to it instead of `write_stall_timeout` and
  /// `min_write_rate`. A peer on a Unix socket always counts as a proxy.
  std::vector<base::IpNetwork> proxy;
  /// How long a proxy may go without reading any of a response; for proxies, this replaces
  /// `write_stall_timeout` and `min_write_rate`. Beyond it: the connection is aborted.
  base::Duration proxy_write_stall_timeout = std::chrono::minutes(15);

  // ---- the end of a connection ----

  /// After the last response: how long the client may stay silent before the connection is closed.
  base::Duration linger_idle = std::chrono::seconds(2);
  /// After the last response: how long the client may continue to send before the connection is
  /// closed.
  base::Duration linger_total = std::chrono::seconds(10);
  /// Maximum number of bytes that are read and discarded after a response, besides those of an
  /// announced request body. Beyond it: the connection is closed.
  std::uint64_t max_linger_bytes = 64 << 10;
  /// Maximum number of bytes of an announced request body that are read and discarded after the
  /// last response, because a client may send all of it before it reads the response. Beyond it:
  /// the connection is closed, and the response may be lost.
  std::uint64_t max_unread_bytes = 64 << 20;
  /// Minimum rate, in bytes per second, at which an announced request body may continue beyond
  /// `linger_total`; 0 means that it may not. Below it: the connection is closed.
  std::uint64_t min_unread_rate = 64 << 10;
  /// When the server stops: how long idle connections are still read.
  base::Duration drain_idle = std::chrono::milliseconds(500);
  /// When the server stops: how long requests may take to finish. Beyond it: they are aborted.
  base::Duration drain_timeout = std::chrono::seconds(30);

  // ---- handlers that block or hang ----

  /// How long a request may wait for a thread before its handler begins. Beyond it: 503 with
  /// Retry-After.
  base::Duration queue_timeout = std::chrono::seconds(5);
  /// How long a handler may hold a thread before that is logged, with the thread's stack.
  base::Duration hung_after = std::chrono::seconds(30);
  /// How long a handler may hold a thread before its request is cancelled: its stop token fires,
  /// and the client gets 503, or an abort if the response has begun.
  base::Duration cancel_after = std::chrono::minutes(30);
  /// How long a cancelled handler may still hold its thread before the thread is written off and
  /// replaced.
  base::Duration abandon_after = std::chrono::minutes(5);
  /// Maximum number of threads that have been written off (see `abandon_after`) and are not back
  /// yet; 0 for no limit. Beyond it: the server drains, and the program ends with exit code 75.
  std::uint64_t recycle_if_lost_over = 8;

  // ---- pages about the server ----

  /// Show in error responses what was thrown. The server then refuses to start unless it listens
  /// only on loopback addresses and Unix sockets.
  bool debug = false;
  /// A host name, or *.DOMAIN, at which the thread watch and what `debug` shows are available,
  /// besides localhost, names below it and IP addresses. May be given several times.
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
