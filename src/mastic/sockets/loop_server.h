// The common part of all socket servers: their loops, how they start and how they end.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"
#include "mastic/loop/options.h"
#include "mastic/loop/runtime.h"
#include "mastic/net/shard_group.h"
#include "mastic/sockets/handler_fault.h"
#include "mastic/sockets/handler_threads.h"

namespace mastic::sockets {

/// A server. It has its own loops and threads (`run`, `start`), shares a Runtime with other
/// servers, or runs on one loop that the program drives (`start_on`). `drain` and `abort` may be
/// called from any thread, also from a handler. The other functions are for the owner of the server
/// and are not synchronized, unless they say otherwise.
class LoopServer : private net::ShardGroupOwner {
 public:
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;

  /// Serves until SIGINT or SIGTERM, which drains the server; a second signal aborts what is left.
  /// Returns the exit code: 0, or 1 if the server could not start, after logging why. If a handler
  /// has not returned one second after drain_timeout, or one second after the second signal, the
  /// process exits with code 3.
  [[nodiscard]] int run();

  /// Begins to serve, on its own loops and threads. Ignores SIGPIPE and raises the limit of
  /// descriptors, for the whole process. After a failure the server can only be destroyed.
  [[nodiscard]] base::Result<void> start();
  /// Starts the server on the loops of `runtime`, whether or not the loops are driven already. The
  /// server's own options for loops are ignored. The runtime gets additional threads for the
  /// server's blocking handlers. Requires: `runtime` outlives the server; this is not called on a
  /// loop of `runtime`; the loops are driven while `wait` is called or the server is destroyed.
  [[nodiscard]] base::Result<void> start_on(loop::Runtime& runtime);
  /// Starts the server on one loop that the program drives. Call this on the thread that drives the
  /// loop, or before the loop is driven. Requires: `loop` outlives the server; the thread that
  /// drives the loop does not call `wait`; before the server is destroyed, it is drained and the
  /// loop is driven until the server has settled.
  [[nodiscard]] base::Result<void> start_on(loop::Loop& loop);

  /// Sets a function that is called for each exception that leaves a handler; the exception is then
  /// not logged. Call this before the server is started. `hook` is called on the loop or thread of
  /// the handler, while the connection or datagram still exists, and for several handlers at once.
  /// If the hook throws, both exceptions are logged. The hook is not called for Cancelled, nor for
  /// a StreamError that the peer caused.
  void on_error(FaultHook hook);

  /// Stops the server gently: the server accepts nothing more and lets handlers end. What has not
  /// ended after drain_timeout is aborted. Returns at once. A drain before the start is remembered:
  /// the server then starts, serves the clients that have connected, and ends.
  void drain() { group_.drain(); }
  /// Stops the server at once: every await of a handler throws Cancelled. Returns at once. An abort
  /// before the start is remembered, like a drain.
  void abort() { group_.abort(); }
  /// Waits until the server has settled: it was drained or aborted, and nothing is left. Must not
  /// be called from a handler.
  void wait() { (void)group_.wait(); }
  /// Whether the server was drained or aborted and nothing is left.
  [[nodiscard]] bool has_settled() const { return group_.is_over(); }

  /// The addresses on which the server listens, with the ports that the system chose.
  [[nodiscard]] const std::vector<base::Address>& addresses() const { return addresses_; }

 protected:
  /// Makes a server. `threads` is the maximum number of blocking handlers that run at a time, or 0
  /// if handlers do not block. If `log` is null, the server logs to standard error. Requires: `log`
  /// and `kernel` outlive the server.
  LoopServer(const loop::Options& options, base::Duration drain_timeout, std::uint64_t threads,
             base::Log* log, base::Kernel& kernel);
  ~LoopServer();
  /// Drains the server, waits until it has settled if it has a runtime, and destroys its shards.
  /// The destructor of the most derived class calls this first, because shards call virtual
  /// functions of the server until they are destroyed.
  void end();

  /// Checks the options.
  [[nodiscard]] virtual base::Result<void> check() const = 0;
  /// Adds a shard for each loop of `group`. Not called on these loops.
  virtual void make_shards(net::ShardGroup& group) = 0;
  /// Makes each shard begin to accept or receive, on its loop.
  [[nodiscard]] virtual base::Result<void> begin_shards(net::ShardGroup& group) = 0;

  [[nodiscard]] bool has_started() const { return has_started_; }
  void add_address(const base::Address& address) { addresses_.push_back(address); }
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }
  [[nodiscard]] base::Log& log();
  /// The function that was passed to on_error, or an empty one.
  [[nodiscard]] const FaultHook& fault_hook() const { return fault_hook_; }
  /// The threads for handlers that block.
  [[nodiscard]] async::BlockingExecutor& threads() { return handler_threads_->executor(); }

 private:
  class OwnLog;
  class SignalEnd;
  [[nodiscard]] base::Result<void> begin(loop::Runtime* runtime, loop::Loop* loop);
  [[nodiscard]] base::Result<void> run_until_signal();

  const loop::Options options_;
  const base::Duration drain_timeout_;
  const std::uint64_t threads_;
  base::Kernel& kernel_;
  std::unique_ptr<OwnLog> own_log_;
  base::Log* log_;
  std::vector<base::Address> addresses_;
  FaultHook fault_hook_;
  bool has_started_ = false;
  net::ShardGroup group_{*this};
  std::optional<HandlerThreads> handler_threads_;  ///< destroyed before the runtime
};

}  // namespace mastic::sockets
