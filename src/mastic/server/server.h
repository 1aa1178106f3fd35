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
/// A server makes loops and threads of its own, or shares the loops and threads of a Runtime with
/// other servers:
///
///     server.start_on(runtime);
///
/// The destructor drains the server and waits for it.
///
/// A handler that never returns cannot be ended. After Options::abandon_after its thread is written
/// off, and the server settles without it. Then the server must not be destroyed; the process has
/// to flush its logs and end by std::_Exit (`lost_threads`).
class Server final : private base::ServerStatus, private net::ShardGroupOwner {
 public:
  /// `log` and `kernel` must outlive the server.
  Server(app::App app, const Options& options, base::Log& log, base::Kernel& kernel);
  ~Server();

  // Before `start`.

  /// Sets a function that is called for each request that the server answers without the
  /// application.
  void observe_rejections(app::RejectionObserver observer) { observer_ = std::move(observer); }
  /// Sets a function that is called once, on a loop, when more threads are lost than
  /// recycle_if_lost_over allows.
  void when_too_many_lost(std::function<void()> recycle) { recycle_ = std::move(recycle); }
  /// Sets a function that is called when requests and answers have freed so much memory that it
  /// should be returned to the system. The function is called on a loop, perhaps often.
  void when_much_is_released(std::function<void()> give_back) {
    counters_.when_much_is_released(std::move(give_back));
  }
  /// Listens on `address`. Clients that connect before `start` are served once the server has
  /// started. `access` says who may connect to a Unix socket, by default only the same user. Fails
  /// with a message that names the remedy.
  [[nodiscard]] base::Result<void> listen(const base::Address& address,
                                          const net::SocketAccess& access = {});
  /// Calls the application's on_start functions, then begins to serve on loops and threads of its own.
  /// Also handles SIGPIPE and SIGXFSZ (threads::let_writes_fail) and raises the limit of
  /// descriptors, for the whole process. `settled` is called on a loop when the last connection has
  /// ended after `drain`.
  [[nodiscard]] base::Result<void> start(std::function<void()> settled = {});
  /// Starts like `start`, but on the loops of `runtime`, which must outlive the server and may or
  /// may not be driven yet. Options::loop is ignored. Must not be called on one of the loops.
  [[nodiscard]] base::Result<void> start_on(loop::Runtime& runtime,
                                            std::function<void()> settled = {});

  /// Stops gently (see Shard), and returns at once. Listeners are closed when all waiting
  /// connections have been accepted. A second call does nothing. A call before `start` has returned
  /// takes effect when `start` returns: the server starts, serves the clients that have connected,
  /// and ends. May be called from any thread.
  void drain() { group_.drain(); }
  /// Drains, and aborts all requests and connections. May be called from any thread.
  void abort() { group_.abort(); }
  /// Waits until the last connection has ended. Then calls the application's on_stop functions, unless
  /// lost threads may still use the application. Requires: the loops are driven, and `drain` has
  /// been or will be called. Must not be called by a handler.
  void wait();

  /// The addresses on which the server listens, with the ports that the system chose.
  [[nodiscard]] std::vector<base::Address> addresses() const;
  /// How bytes are transferred, and the reason for that choice. Requires: `start` was called.
  [[nodiscard]] const loop::TransferChoice& transfer() const {
    return group_.runtime()->transfer();
  }
  [[nodiscard]] std::size_t loops() const override { return shards_.size(); }
  /// After `wait`: how many threads were written off and have not returned. On a shared Runtime,
  /// this number includes threads of other servers.
  [[nodiscard]] std::uint64_t lost_threads() const { return lost_threads_; }

  /// The state of the server, for pages about it, while it is started.
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
  [[nodiscard]] base::Result<void> check_uploads();
  void prepare_process();
  void make_shards();
  [[nodiscard]] base::Result<void> begin_shards();
  void tell(Shard& shard, std::function<void(Shard&)> work);

  app::LogConnection app_log_;  ///< before app_, whose destructor may log
  app::App app_;
  Options options_;
  base::Log& log_;
  base::Kernel& kernel_;
  app::RejectionObserver observer_;
  ServerCounters counters_;
  std::vector<net::Listener> listeners_;
  net::ShardGroup group_{*this};
  std::vector<Shard*> shards_;  ///< the shards of the group
  std::unique_ptr<HangPolicy> hang_policy_;
  std::function<void()> recycle_ = [] {};
  std::uint64_t lost_threads_ = 0;
  std::function<void()> when_settled_;
  bool background_was_stopped_ = false;
  bool hooks_ran_ = false;  ///< on_start functions have run, and on_stop functions have not
};

}  // namespace mastic::server
