// A server: listeners, shards and the threads that drive them.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/rejected_request.h"
#include "mastic/base/address.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/runtime.h"
#include "mastic/net/listener.h"
#include "mastic/net/shard_group.h"
#include "mastic/server/hang_policy.h"
#include "mastic/server/options.h"
#include "mastic/server/server_counters.h"
#include "mastic/server/shard.h"

namespace mastic::server {

/// Serves one application on any number of addresses:
///
///     Server server(std::move(app), options, log, base::system_kernel());
///     server.listen(address);        // each may fail, and says why
///     server.start();                // loops and their threads
///     ...
///     server.drain();                // from any thread
///     server.wait();
///
/// It makes loops and threads of its own, or stands on those of a Runtime, beside others:
///
///     server.start_on(runtime);
///
/// Destroying it drains it and waits.
///
/// A handler that never returns cannot be ended. Beyond Options::abandon_after its thread is written
/// off, and the server settles without it; but then the server must not be destroyed: the process
/// flushes what it has to and ends by std::_Exit (`lost_threads`).
class Server final : private base::ServerStatus, private net::ShardGroupOwner {
 public:
  /// `log` and `kernel` must outlive it.
  Server(app::App app, const Options& options, base::Log& log, base::Kernel& kernel);
  ~Server();

  /// Before `start`: whom to tell of requests that the application never sees.
  void observe_rejections(app::RejectionObserver observer) { observer_ = std::move(observer); }
  /// Before `start`: what to do, once, when more threads are lost than recycle_if_lost_over. Called
  /// on a loop.
  void when_too_many_lost(std::function<void()> recycle) { recycle_ = std::move(recycle); }
  /// Before `start`: what to do when requests and answers have let go of so much memory that the
  /// system should have it back. Called on a loop, perhaps often.
  void when_much_is_released(std::function<void()> give_back) {
    counters_.when_much_is_released(std::move(give_back));
  }
  /// Before `start`. What connects from now on is served once the server has started. `access`: who
  /// may connect to a Unix socket; unless it is told otherwise, only the same user.
  [[nodiscard]] base::Result<void> listen(const base::Address& address,
                                          const net::SocketAccess& access = {});
  /// Calls the application's start-up hooks, then begins to serve. Takes SIGPIPE and SIGXFSZ
  /// (threads::let_writes_fail) and raises the limit of descriptors, in the whole process. `settled` is called on a loop when the last
  /// connection has ended after `drain`.
  [[nodiscard]] base::Result<void> start(std::function<void()> settled = {});
  /// The same on the loops of `runtime`, which must outlive it, and may be driven already or not yet;
  /// Options::loop then says nothing. Not from one of its loops.
  [[nodiscard]] base::Result<void> start_on(loop::Runtime& runtime,
                                            std::function<void()> settled = {});

  /// Stops gently, from any thread: see Shard. Listeners are closed when all that waited was
  /// accepted. Returns at once; the second call does nothing. Before `start` has returned it is
  /// remembered: the server starts, serves what has connected by then, and ends.
  void drain() { group_.drain(); }
  /// The same, and aborts what is still under way.
  void abort() { group_.abort(); }
  /// Until the last connection has ended; then calls the application's shutdown hooks, unless threads
  /// are lost that still use it. Requires: drain was called, or will be, and the loops are driven. Not
  /// from one of its handlers.
  void wait();

  /// Where it listens, with the ports that the system chose.
  [[nodiscard]] std::vector<base::Address> addresses() const;
  /// After `start`: how bytes are transferred, and why so.
  [[nodiscard]] const loop::TransferChoice& transfer() const {
    return group_.runtime()->transfer();
  }
  [[nodiscard]] std::size_t loops() const override { return shards_.size(); }
  /// After `wait`: threads that were written off and have not returned; on a Runtime that others use,
  /// also theirs.
  [[nodiscard]] std::uint64_t lost_threads() const { return lost_threads_; }

  /// What it tells of itself, while it is started.
  [[nodiscard]] base::ServerStatus& watch() { return *this; }

 private:
  // ServerStatus.
  [[nodiscard]] base::PoolReport pool() const override;
  [[nodiscard]] std::vector<base::ThreadReport> threads() const override;
  void ask_loops(std::function<void(base::LoopReport)> take) override;
  void cancel(std::uint64_t request) override;

  // ShardGroupOwner.
  void all_closed() noexcept override;
  [[nodiscard]] bool may_end() noexcept override;
  void ended() noexcept override;

  [[nodiscard]] base::Result<void> begin(loop::Runtime* runtime, std::function<void()> settled);
  void prepare_process();
  void make_shards();
  [[nodiscard]] base::Result<void> begin_shards();
  void tell(Shard& shard, std::function<void(Shard&)> work);

  app::LogConnection app_log_;  ///< before the application, which may log while it goes
  app::App app_;
  Options options_;
  base::Log& log_;
  base::Kernel& kernel_;
  app::RejectionObserver observer_;
  ServerCounters counters_;
  std::vector<net::Listener> listeners_;
  net::ShardGroup group_{*this};
  std::vector<Shard*> shards_;  ///< of the group
  std::unique_ptr<HangPolicy> hang_policy_;
  std::function<void()> recycle_ = [] {};
  std::uint64_t lost_threads_ = 0;
  std::function<void()> when_settled_;
  bool background_was_stopped_ = false;
  bool hooks_ran_ = false;  ///< those of the start, and not yet those of the end
};

}  // namespace mastic::server
