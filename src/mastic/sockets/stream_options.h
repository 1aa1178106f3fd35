// The limits and deadlines of a connection that an application reads and writes.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::sockets {

/// The limits and deadlines of a connection. All of them are always on.
struct StreamOptions {
  /// The maximum length of a line or other piece that is read as a whole, unless the handler sets
  /// its own limit. A read beyond it fails.
  std::uint64_t max_read_bytes = 64 << 10;
  /// How many received bytes are kept for the handler. While there are as many, no more are
  /// received.
  std::uint64_t read_ahead_bytes = 64 << 10;
  /// How many bytes may be unsent before writes wait.
  std::uint64_t write_high_bytes = 256 << 10;
  /// How few bytes have to be unsent before waiting writes resume.
  std::uint64_t write_low_bytes = 64 << 10;
  /// How long a read waits for its first byte before it fails.
  base::Duration idle_timeout = std::chrono::minutes(5);
  /// How long a line or other piece may take from its first byte to its last before the read fails.
  base::Duration read_timeout = std::chrono::seconds(30);
  /// How long a peer may acknowledge less than min_write_rate before the connection is aborted.
  base::Duration write_timeout = std::chrono::seconds(30);
  std::uint64_t min_write_rate = 500;  ///< bytes per second, averaged over write_timeout
  /// How long the peer may take to end its side once everything is sent, counted from the last byte
  /// in either direction until then.
  base::Duration linger_timeout = std::chrono::seconds(2);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
