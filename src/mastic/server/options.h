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

/// 0 switches a count or a size off where its meaning says so; deadlines are always on.
struct Options {
  loop::Options loop;
  wire::http1::Limits http1;
  std::uint64_t max_body_bytes = 1 << 20;
  std::uint64_t max_inflight_bytes = 0;  ///< 0: Server takes default_inflight_bytes
  std::uint64_t max_requests_per_connection = 10'000;
  std::uint64_t max_pipelined_requests = 64;
  std::uint64_t max_pipelined_bytes = 64 << 10;
  std::uint64_t max_connections = 10'000;
  std::uint64_t max_connections_per_ip = 0;
  std::uint64_t write_high_bytes = 256 << 10;
  std::uint64_t write_low_bytes = 64 << 10;

  base::Duration header_timeout = std::chrono::seconds(10);
  base::Duration keep_alive_timeout = std::chrono::seconds(60);
  base::Duration body_grace = std::chrono::seconds(10);
  std::uint64_t min_body_rate = 500;  ///< bytes a second, over 10 s
  base::Duration write_stall_timeout = std::chrono::seconds(30);
  std::uint64_t min_write_rate = 500;  ///< bytes a second, over 60 s
  std::vector<base::IpNetwork> proxy;
  base::Duration proxy_write_stall_timeout = std::chrono::minutes(15);
  base::Duration linger_idle = std::chrono::seconds(2);
  base::Duration linger_total = std::chrono::seconds(10);
  std::uint64_t max_linger_bytes = 64 << 10;
  std::uint64_t max_unread_bytes = 64 << 20;
  std::uint64_t min_unread_rate = 64 << 10;
  base::Duration drain_idle = std::chrono::milliseconds(500);
  base::Duration drain_timeout = std::chrono::seconds(30);

  base::Duration queue_timeout = std::chrono::seconds(5);
  base::Duration hung_after = std::chrono::seconds(30);
  base::Duration cancel_after = std::chrono::minutes(30);
  base::Duration abandon_after = std::chrono::minutes(5);
  std::uint64_t recycle_if_lost_over = 8;

  bool debug = false;
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
