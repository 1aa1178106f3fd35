// The exception of failed reads and writes.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace mastic::sockets {

/// Why a read or write failed.
enum class StreamFault : std::uint8_t {
  Cut,       ///< the peer ended the stream in the middle of a line or other piece
  TooLong,   ///< the line or other piece is longer than the limit
  TimedOut,  ///< a deadline has passed
  Lost,      ///< the connection was reset, or the network failed
  Closed,    ///< this side has closed the connection, or shut down its writing
};

/// Thrown from awaits of a Reader or Writer. A StreamError that leaves a handler does not count as
/// a failure of the program: the connection is aborted and counted as broken.
class StreamError : public std::runtime_error {
 public:
  /// Called by reads and writes; `what` is a message for the log.
  StreamError(StreamFault fault, const std::string& what)
      : std::runtime_error(what), fault_(fault) {}
  /// Why the read or write failed.
  [[nodiscard]] StreamFault fault() const noexcept { return fault_; }

 private:
  StreamFault fault_;
};

}  // namespace mastic::sockets
