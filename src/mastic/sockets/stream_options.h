// The limits and deadlines of a connection that an application reads and writes.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::sockets {

/// All of them are always on.
struct StreamOptions {
  std::uint64_t max_read_bytes = 64 << 10;
  std::uint64_t read_ahead_bytes = 64 << 10;
  std::uint64_t write_high_bytes = 256 << 10;
  std::uint64_t write_low_bytes = 64 << 10;
  base::Duration idle_timeout = std::chrono::minutes(5);
  base::Duration read_timeout = std::chrono::seconds(30);
  base::Duration write_timeout = std::chrono::seconds(30);
  std::uint64_t min_write_rate = 500;  ///< bytes a second, over write_timeout
  base::Duration linger_timeout = std::chrono::seconds(2);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
