// A connection for code that blocks: its reads and writes wait on the calling thread.

#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "mastic/sockets/blocking_calls.h"
#include "mastic/sockets/connection.h"

namespace mastic::sockets {

/// A connection for code that blocks. The server passes it to a handler that runs on a thread of
/// its own; only that thread uses it.
///
/// The socket stays with its loop, and a call that has to wait runs a task there. So limits,
/// deadlines, back-pressure and the end of the stream are those of Reader and Writer, over any kind
/// of Stream, and stopping the server ends a wait. A read of bytes that have arrived already, such
/// as the second of two lines that came together, does not leave the thread. Any other call costs
/// two thread switches.
class BlockingConnection {
 public:
  /// Called by the server for its handler.
  BlockingConnection(Connection& connection, BlockingCalls& calls)
      : connection_(connection), calls_(calls) {}
  BlockingConnection(const BlockingConnection&) = delete;
  BlockingConnection& operator=(const BlockingConnection&) = delete;

  // Reading, as Reader does it:
  /// Waits for bytes and returns from 1 to `most` of them, or std::nullopt at the end of the
  /// stream.
  [[nodiscard]] std::optional<std::string> read(std::size_t most = static_cast<std::size_t>(-1));
  /// Reads exactly `size` bytes, or returns std::nullopt at the end. Throws StreamError if the end
  /// comes in the middle of them.
  [[nodiscard]] std::optional<std::string> read_exactly(std::size_t size);
  /// Reads up to `delimiter`, which is removed and not part of the result, or returns std::nullopt
  /// at the end.
  [[nodiscard]] std::optional<std::string> read_until(std::string delimiter);
  /// Reads a line and returns it without its line end, or std::nullopt at the end.
  [[nodiscard]] std::optional<std::string> read_line();
  /// Sets the limit in bytes of a line or other piece, for later reads.
  void set_max_read_bytes(std::size_t most) { connection_.reader().set_max_read_bytes(most); }

  // Writing, as Writer does it:
  /// Writes `bytes`. Waits while too many bytes are unsent.
  void write(std::string_view bytes);
  /// Waits until everything that was written has been passed to the kernel.
  void flush();
  /// Ends this side of the connection after everything that was written. The peer may continue to
  /// send.
  void shut_write();

  // The connection, as in Connection:
  /// The address of the peer. On a Unix socket the peer has no address, and `peer().ip.is_none()`
  /// is true.
  [[nodiscard]] const base::Endpoint& peer() const { return connection_.peer(); }
  /// A token that fires when the connection is lost or its server drains.
  [[nodiscard]] std::stop_token stop_token() const { return connection_.stop_token(); }
  /// Resets the connection at once.
  void abort() noexcept { connection_.abort(); }

 private:
  Connection& connection_;
  BlockingCalls& calls_;
};

}  // namespace mastic::sockets
