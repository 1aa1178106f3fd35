// The function that a server runs for each connection.

#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "mastic/async/task.h"
#include "mastic/sockets/blocking_connection.h"
#include "mastic/sockets/connection.h"

namespace mastic::sockets {

/// A function of one of two kinds:
///
///     Task<> f(Connection&)           runs on a loop, concurrently with any number of others
///     void f(BlockingConnection&)     occupies a thread for as long as it runs
///
/// The function is called for several connections at once, on several threads. When it returns,
/// what it wrote is sent and the connection is closed. An exception that leaves the function aborts
/// its connection.
class ConnectionHandler {
 public:
  /// Takes a function that returns a task.
  template <class F>
    requires std::is_invocable_r_v<async::Task<>, const F&, Connection&>
  ConnectionHandler(F task) : task_(std::move(task)) {}
  /// Takes a function that blocks. It runs on the threads for handlers that block.
  template <class F>
    requires(!std::is_invocable_v<const F&, Connection&> &&
             std::is_invocable_r_v<void, const F&, BlockingConnection&>)
  ConnectionHandler(F function) : blocking_(std::move(function)) {}

  /// Whether the function blocks.
  [[nodiscard]] bool is_blocking() const { return blocking_ != nullptr; }
  /// Makes the task for a connection. Requires: not is_blocking().
  [[nodiscard]] async::Task<> operator()(Connection& connection) const { return task_(connection); }
  /// Runs the function that blocks. Requires: is_blocking().
  void operator()(BlockingConnection& connection) const { blocking_(connection); }

 private:
  std::function<async::Task<>(Connection&)> task_;
  std::function<void(BlockingConnection&)> blocking_;
};

}  // namespace mastic::sockets
