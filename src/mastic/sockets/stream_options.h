// The limits and deadlines of a connection that an application reads and writes.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::sockets {

/// The limits and deadlines of a connection. All of them are always on.
struct StreamOptions {
  /// The longest line, or what else is read whole, unless the handler sets its own limit. Beyond it
  /// the read fails.
  std::uint64_t max_read_bytes = 64 << 10;
  /// Bytes that are kept until the handler reads them. No more is read until it does.
  std::uint64_t read_ahead_bytes = 64 << 10;
  /// Unsent bytes at which writes wait.
  std::uint64_t write_high_bytes = 256 << 10;
  /// Unsent bytes at which writes go on.
  std::uint64_t write_low_bytes = 64 << 10;
  /// How long a read waits for its first byte; then it fails.
  base::Duration idle_timeout = std::chrono::minutes(5);
  /// The time from the first byte of what is read whole to its last; then the read fails.
  base::Duration read_timeout = std::chrono::seconds(30);
  /// The time over which a peer has to take at least min_write_rate.
  base::Duration write_timeout = std::chrono::seconds(30);
  std::uint64_t min_write_rate = 500;  ///< bytes a second, over write_timeout
  /// How long a closed connection waits for the peer to end its side.
  base::Duration linger_timeout = std::chrono::seconds(2);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
