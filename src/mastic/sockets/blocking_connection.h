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

/// Lent to a handler that runs on a thread of its own, for use by that thread.
///
/// The socket stays with its loop, and each call that has to wait has a task do so there. So limits,
/// deadlines, back-pressure and the end are those of Reader and Writer, over any kind of Stream, and
/// whoever stops the server ends a wait. A read of what is here already, such as the next of several
/// lines that came together, does not leave the thread; another costs two wake-ups.
class BlockingConnection {
 public:
  BlockingConnection(Connection& connection, BlockingCalls& calls)
      : connection_(connection), calls_(calls) {}
  BlockingConnection(const BlockingConnection&) = delete;
  BlockingConnection& operator=(const BlockingConnection&) = delete;

  // As Reader has them.
  [[nodiscard]] std::optional<std::string> read(std::size_t most = static_cast<std::size_t>(-1));
  [[nodiscard]] std::optional<std::string> read_exactly(std::size_t size);
  [[nodiscard]] std::optional<std::string> read_until(std::string delimiter);
  [[nodiscard]] std::optional<std::string> read_line();
  void set_max_read_bytes(std::size_t most) { connection_.reader().set_max_read_bytes(most); }

  // As Writer has them.
  void write(std::string_view bytes);
  void flush();
  void shut_write();

  // As Connection has them.
  [[nodiscard]] const base::Endpoint& peer() const { return connection_.peer(); }
  [[nodiscard]] std::stop_token stop_token() const { return connection_.stop_token(); }
  void abort() noexcept { connection_.abort(); }

 private:
  Connection& connection_;
  BlockingCalls& calls_;
};

}  // namespace mastic::sockets
