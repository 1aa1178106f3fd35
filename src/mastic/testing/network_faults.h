// How the network between a test's client and a server misbehaves.

#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "mastic/base/units.h"

namespace mastic::testing {

/// A bad network, or a bad client. The default is a perfect one.
///
///     client.network({.send_bytes = 1});                        every byte arrives by itself
///     client.network({.send_bytes = 10, .send_pause = 3s});     a slow writer
///     client.network({.receive_bytes = 10, .receive_pause = 3s});     a slow reader
///     client.network({.leave_after_received = 100, .resets = true});
struct NetworkFaults {
  static constexpr std::uint64_t kNever = UINT64_MAX;  ///< the client does not leave

  std::size_t send_bytes = SIZE_MAX;            ///< at most so many bytes are sent at once
  base::Duration send_pause{};                  ///< how much time passes between two of these
  std::size_t receive_bytes = SIZE_MAX;         ///< at most so many bytes are taken at once
  base::Duration receive_pause{};               ///< how much time passes between two of these
  std::uint64_t leave_after_sent = kNever;      ///< leaves when it has sent so many bytes
  std::uint64_t leave_after_received = kNever;  ///< leaves when it has taken so many bytes
  bool resets = false;                          ///< leaves with a reset, not with an end

  /// Whether both are the same faults.
  bool operator==(const NetworkFaults&) const = default;
};

/// Thrown by a call whose client has left in the middle, as NetworkFaults told it to.
class ClientLeft : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mastic::testing
