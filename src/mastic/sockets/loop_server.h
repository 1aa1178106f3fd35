// What every server here has: shards on the loops of a Runtime, a beginning and an end.

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

/// A server. It has loops and threads of its own, stands on a Runtime beside other servers, or runs
/// on a loop that somebody else drives. `drain` and `abort` may be called from any thread, also
/// from a handler; the rest is for whoever made it.
class LoopServer : private net::ShardGroupOwner {
 public:
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;

  /// Serves until SIGINT or SIGTERM, which drain it; the second one aborts what is left. Returns the
  /// exit code: 0, or 1 when it could not start, which the log then says. When a handler has not
  /// ended a second after drain_timeout, or after the second signal, the process ends without it,
  /// with 3.
  [[nodiscard]] int run();

  /// Begins to serve, on loops and threads of its own. Takes SIGPIPE and raises the limit of
  /// descriptors, in the whole process. After a failure it is of no more use.
  [[nodiscard]] base::Result<void> start();
  /// Starts it on the loops of `runtime`, which must outlive it, and may be driven already or not
  /// yet. The options of loops then say nothing; it gets as many threads more as handlers that
  /// block may have. Not from one of its loops. `wait`, and destroying it, want the loops to be
  /// driven.
  [[nodiscard]] base::Result<void> start_on(loop::Runtime& runtime);
  /// Starts it on `loop`, by whoever drives that; it must outlive this. Call it where the loop is
  /// driven, or before it is. Then `wait` is not for that thread, and whoever destroys the server
  /// has drained it and had the loop driven until it has settled.
  [[nodiscard]] base::Result<void> start_on(loop::Loop& loop);

  /// Before it is started: what to do with an exception that leaves a handler, in place of a line in
  /// the log. `hook` is called as the handler was, on its loop or its thread, while the connection or
  /// datagram is still there; several may be at once. What it throws is logged, with what it was told
  /// of. Not for what is nobody's fault: Cancelled, or a StreamError that the peer brought about.
  void on_error(FaultHook hook);

  /// Stops gently: takes no more on, and has what is under way end. What is not over after
  /// drain_timeout is aborted. Returns at once. Before the server has started it is remembered: then
  /// that starts, serves what has connected, and ends.
  void drain() { group_.drain(); }
  /// Stops at once: what handlers await throws Cancelled.
  void abort() { group_.abort(); }
  /// Waits until nothing is left after `drain`. Not from a handler.
  void wait() { (void)group_.wait(); }
  /// Whether it was drained or aborted, and nothing is left.
  [[nodiscard]] bool has_settled() const { return group_.is_over(); }

  /// Where it listens, with the ports that the system chose.
  [[nodiscard]] const std::vector<base::Address>& addresses() const { return addresses_; }

 protected:
  /// Without a log it writes to standard error. `log` and `kernel` must outlive it.
  /// `threads`: how many handlers that block run at a time; 0 when they do not block.
  LoopServer(const loop::Options& options, base::Duration drain_timeout, std::uint64_t threads,
             base::Log* log, base::Kernel& kernel);
  ~LoopServer();
  /// For the destructor of what is most derived, first thing: drains it and waits, when it has loops
  /// of its own. Until then its shards call what is virtual here.
  void end();

  /// Whether the options fit.
  [[nodiscard]] virtual base::Result<void> check() const = 0;
  /// Gives the group a shard for each of its loops, not on these.
  virtual void make_shards(net::ShardGroup& group) = 0;
  /// Has each of them take on work, on its loop.
  [[nodiscard]] virtual base::Result<void> begin_shards(net::ShardGroup& group) = 0;

  [[nodiscard]] bool has_started() const { return has_started_; }
  void add_address(const base::Address& address) { addresses_.push_back(address); }
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }
  [[nodiscard]] base::Log& log();
  /// What on_error was given; empty when nothing was.
  [[nodiscard]] const FaultHook& fault_hook() const { return fault_hook_; }
  /// For handlers that block.
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
  std::optional<HandlerThreads> handler_threads_;  ///< go before the runtime
};

}  // namespace mastic::sockets
