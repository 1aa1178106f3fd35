// A connection for code that blocks: the same reads and writes, each of which waits.

#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "mastic/sockets/blocking_calls.h"
#include "mastic/sockets/connection.h"

namespace mastic::sockets {

/// A connection for code that blocks. It is lent to a handler that runs on a thread of its own, for
/// use by that thread.
///
/// The socket stays with its loop, and each call that has to wait has a task do so there. So limits,
/// deadlines, back-pressure and the end are those of Reader and Writer, over any kind of Stream, and
/// whoever stops the server ends a wait. A read of what is here already, such as the next of several
/// lines that came together, does not leave the thread; another costs two wake-ups.
class BlockingConnection {
 public:
  /// Made by the server for its handler.
  BlockingConnection(Connection& connection, BlockingCalls& calls)
      : connection_(connection), calls_(calls) {}
  BlockingConnection(const BlockingConnection&) = delete;
  BlockingConnection& operator=(const BlockingConnection&) = delete;

  // As Reader has them.
  /// The next bytes, up to `most`, once there are any; nothing at the end.
  [[nodiscard]] std::optional<std::string> read(std::size_t most = static_cast<std::size_t>(-1));
  /// So many bytes; nothing at the end. Throws StreamError when the end comes in their midst.
  [[nodiscard]] std::optional<std::string> read_exactly(std::size_t size);
  /// What comes before `delimiter`, which is taken too; nothing at the end.
  [[nodiscard]] std::optional<std::string> read_until(std::string delimiter);
  /// The next line without its line end; nothing at the end of the connection.
  [[nodiscard]] std::optional<std::string> read_line();
  /// The limit of a line, or of what else is read whole, from here on.
  void set_max_read_bytes(std::size_t most) { connection_.reader().set_max_read_bytes(most); }

  // As Writer has them.
  /// Writes bytes; waits while too many have not been sent.
  void write(std::string_view bytes);
  /// Waits until all that was written has left for the peer.
  void flush();
  /// Ends this side's bytes; the peer may go on.
  void shut_write();

  // As Connection has them.
  /// The address of the peer; none on a Unix socket.
  [[nodiscard]] const base::Endpoint& peer() const { return connection_.peer(); }
  /// Fires when the server drains, or the connection is lost.
  [[nodiscard]] std::stop_token stop_token() const { return connection_.stop_token(); }
  /// Resets the connection.
  void abort() noexcept { connection_.abort(); }

 private:
  Connection& connection_;
  BlockingCalls& calls_;
};

}  // namespace mastic::sockets
