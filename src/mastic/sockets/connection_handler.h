// What a server runs for each connection.

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
///     Task<> f(Connection&)           runs on a loop, beside any number of others
///     void f(BlockingConnection&)     has a thread for as long as it runs
///
/// It is called for several connections at once, on several threads. When it returns, what it wrote
/// is sent and the connection is closed. An exception that leaves it aborts its connection.
class ConnectionHandler {
 public:
  /// Takes a function that returns a task.
  template <class F>
    requires std::is_invocable_r_v<async::Task<>, const F&, Connection&>
  ConnectionHandler(F task) : task_(std::move(task)) {}
  template <class F>
    requires(!std::is_invocable_v<const F&, Connection&> &&
             std::is_invocable_r_v<void, const F&, BlockingConnection&>)
  /// Takes a function that blocks, which gets threads to run on.
  ConnectionHandler(F function) : blocking_(std::move(function)) {}

  /// Whether it is a function that blocks.
  [[nodiscard]] bool is_blocking() const { return blocking_ != nullptr; }
  [[nodiscard]] async::Task<> operator()(Connection& connection) const { return task_(connection); }
  void operator()(BlockingConnection& connection) const { blocking_(connection); }

 private:
  std::function<async::Task<>(Connection&)> task_;
  std::function<void(BlockingConnection&)> blocking_;
};

}  // namespace mastic::sockets
