// What an application's reads and writes fail with.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace mastic::sockets {

/// What has befallen a connection.
enum class StreamFault : std::uint8_t {
  Cut,       ///< the peer ended in the middle of what was being read
  TooLong,   ///< what was to be read whole is longer than the limit
  TimedOut,  ///< a deadline has passed
  Lost,      ///< the connection was reset, or the network failed
  Closed,    ///< this side has closed it, or ended its writing
};

/// Thrown from awaits of a Reader or Writer. One that leaves a handler is no failure of the program:
/// the connection is closed, and counted as broken.
class StreamError : public std::runtime_error {
 public:
  /// Made by reads and writes, with a message for the log.
  StreamError(StreamFault fault, const std::string& what)
      : std::runtime_error(what), fault_(fault) {}
  /// What has befallen it.
  [[nodiscard]] StreamFault fault() const noexcept { return fault_; }

 private:
  StreamFault fault_;
};

}  // namespace mastic::sockets
