// The limits and deadlines of a connection that an application reads and writes.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::sockets {

/// The limits and deadlines of a connection. All of them are always on.
struct StreamOptions {
  /// Maximum length of a line or other piece that is read as a whole, unless the handler sets its
  /// own limit. Beyond it: the read fails.
  std::uint64_t max_read_bytes = 64 << 10;
  /// Maximum number of received bytes of one connection that are kept until its handler reads them.
  /// At the limit, no more are received.
  std::uint64_t read_ahead_bytes = 64 << 10;
  /// Writes wait while their connection has this many unsent bytes, and resume at `write_low_bytes`.
  std::uint64_t write_high_bytes = 256 << 10;
  /// Writes that wait resume when no more than this many bytes of their connection are unsent. Must
  /// be less than `write_high_bytes`.
  std::uint64_t write_low_bytes = 64 << 10;
  /// How long a read waits for its first byte. Beyond it: the read fails.
  base::Duration idle_timeout = std::chrono::minutes(5);
  /// How long a line or other piece may take from its first byte to its last. Beyond it: the read
  /// fails.
  base::Duration read_timeout = std::chrono::seconds(30);
  /// How long a peer may acknowledge less than `min_write_rate`. Beyond it: the connection is
  /// aborted.
  base::Duration write_timeout = std::chrono::seconds(30);
  /// Minimum rate at which a peer acknowledges, in bytes per second over `write_timeout`. Below it:
  /// the connection is aborted.
  std::uint64_t min_write_rate = 500;
  /// How long the peer may take to end its side once everything is sent, counted from the last byte
  /// in either direction until then. Beyond it: the connection is closed.
  base::Duration linger_timeout = std::chrono::seconds(2);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
