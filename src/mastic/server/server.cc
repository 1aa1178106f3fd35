#include "mastic/server/server.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/loop/post.h"
#include "mastic/threads/signals.h"

namespace mastic::server {
namespace {

constexpr std::uint64_t kOtherDescriptors = 600;  // files that are kept open, logs, loops

}  // namespace

/// A shard, and what it is told from other threads.
class Server::LoopShard {
 public:
  LoopShard(Server& server, loop::Loop& loop)
      : loop_(loop),
        shard_(loop_, server.app_, server.options_, server.log_, server.counters_),
        stop_background_([this] { shard_.stop_background(); }) {
    shard_.set_owner(server);
  }

  loop::Loop& loop() { return loop_; }
  Shard& shard() { return shard_; }
  void stop_background() { stop_background_.post_once(loop_); }
  /// Has `work` done on the loop.
  void tell(std::function<void(Shard&)> work) {
    loop::post(loop_, [this, work = std::move(work)] {
      try {
        work(shard_);
      } catch (const std::bad_alloc&) {  // then it has no answer, as a loop that hangs
      }
    });
  }

 private:
  loop::Loop& loop_;
  Shard shard_;
  loop::PostedOnce stop_background_;
};

Server::Server(app::App app, const Options& options, base::Log& log, base::Kernel& kernel)
    : app_(std::move(app)), options_(options), log_(log), kernel_(kernel) {}

Server::~Server() {
  drain();
  if (has_started() && !runtime_->is_driven() && !own_runtime_) {
    abort();
    runtime_->turn_until([this] { return is_over_.load(); });
  }
  wait();
  MASTIC_ASSERT(lost_threads_ == 0,
                {"threads in handlers that never returned", static_cast<long long>(lost_threads_)});
  // A shard that settled beside the last one may still be looking at the others: let each loop end that.
  for (const auto& each : shards_) runtime_->call(each->loop(), [] {});
  for (auto& each : shards_) {
    loop::Loop& loop = each->loop();
    runtime_->destroy(loop, std::move(each));
  }
}

base::Result<void> Server::listen(const base::Address& address, const net::SocketAccess& access) {
  auto listener = net::Listener::open(kernel_, address, access);
  if (!listener) return std::unexpected(listener.error());
  listeners_.push_back(*std::move(listener));
  return {};
}

base::Result<void> Server::start(std::function<void()> settled) {
  return begin(std::move(settled));
}

base::Result<void> Server::start_on(loop::Runtime& runtime, std::function<void()> settled) {
  runtime_ = &runtime;
  return begin(std::move(settled));
}

base::Result<void> Server::begin(std::function<void()> settled) {
  if (const auto fits = options_.check(); !fits) return fits;
  if (const auto begun = app_.lifecycle().start(); !begun) return begun;
  hooks_ran_ = true;
  threads::let_writes_fail();
  const std::uint64_t descriptors = kernel_.raise_descriptor_limit();
  if (descriptors < options_.max_connections + kOtherDescriptors) {
    log_.write(base::Level::Warning,
               "this process may have " + std::to_string(descriptors) +
                   " descriptors, too few for max_connections; raise the limit (ulimit -n), or "
                   "lower --max-connections");
  }
  if (options_.max_inflight_bytes == 0) {
    options_.max_inflight_bytes = default_inflight_bytes(kernel_);
  }
  when_settled_ = std::move(settled);
  if (runtime_ == nullptr) {
    auto opened = loop::Runtime::open(options_.loop, log_, kernel_);
    if (!opened) return std::unexpected(opened.error());
    own_runtime_ = *std::move(opened);
    runtime_ = own_runtime_.get();
  }
  hang_policy_ = std::make_unique<HangPolicy>(runtime_->scheduler(), log_,
                                              options_.recycle_if_lost_over, recycle_);
  try {
    make_shards();
  } catch (const std::system_error& error) {
    return base::fail(error.what());
  }
  auto begun = begin_shards();
  if (begun && own_runtime_) begun = own_runtime_->start();
  const std::lock_guard lock(ending_mutex_);
  started_ = begun || runtime_->is_driven();  // where others drive, what has begun has to end
  if (!begun) ending_ = Ending::AtOnce;
  order_end();
  return begun;
}

void Server::make_shards() {
  std::vector<net::AcceptingShard*> peers;
  for (const auto& loop : runtime_->loops()) {
    shards_.push_back(std::make_unique<LoopShard>(*this, *loop));
    peers.push_back(&shards_.back()->shard());
  }
  for (const auto& each : shards_) {
    each->shard().set_peers(peers);
    each->shard().observe_rejections(observer_);
    each->shard().watch_by(hang_policy_.get(), this);
  }
  accepting_ =
      shards_.size() + 1;  // the one is the last shard's, until it has closed the listeners
}

/// Where the loops are: they may serve others already.
base::Result<void> Server::begin_shards() {
  for (const auto& each : shards_) {
    const auto accepting = runtime_->call(each->loop(), [&]() -> base::Result<void> {
      for (const net::Listener& listener : listeners_) {
        if (const auto begun = each->shard().accept_from(listener); !begun) return begun;
      }
      return {};
    });
    if (!accepting) return accepting;
  }
  std::size_t next = 0;
  for (const auto& task : app_.lifecycle().tasks()) {
    LoopShard& each = *shards_[next++ % shards_.size()];
    runtime_->call(each.loop(), [&] { each.shard().run_in_background(task); });
  }
  return {};
}

void Server::drain() { ask_to_end(Ending::Gently); }
void Server::abort() { ask_to_end(Ending::AtOnce); }

void Server::ask_to_end(Ending how) {
  const std::lock_guard lock(ending_mutex_);
  ending_ = std::max(ending_, how);
  order_end();
}

/// Under the mutex: has the shards do what was asked for, now or before they were there.
void Server::order_end() {
  if (!started_ || told_ == ending_ || is_over_) return;
  const Ending told = std::exchange(told_, ending_);
  for (const auto& each : shards_) {
    if (told == Ending::No) each->shard().order_drain();
    if (ending_ == Ending::AtOnce) each->shard().order_abort();
  }
}

/// On the loop of a shard: the last one closes the listeners, so that clients are refused at once.
void Server::shard_closed() noexcept {
  if (accepting_.fetch_sub(1) > 2) return;
  for (net::Listener& listener : listeners_) listener.close();
  accepting_ = 0;
  shard_settled();  // all may have been so before
}

/// On the loop of a shard: ends all loops once nothing is left anywhere, also not on its way from
/// one shard to another.
void Server::shard_settled() noexcept {
  const bool all =
      std::ranges::all_of(shards_, [](const auto& each) { return each->shard().is_settled(); });
  if (!all || counters_.connections() > 0 || accepting_ > 0) return;
  for (const auto& each : shards_)
    each->stop_background();  // requests may have needed them until here
  if (counters_.background_tasks() > 0 || settled_.exchange(true)) return;
  if (own_runtime_) own_runtime_->stop();
  if (when_settled_) when_settled_();
  is_over_ = true;
  is_over_.notify_all();
}

bool Server::has_started() {
  const std::lock_guard lock(ending_mutex_);
  return started_;
}

void Server::wait() {
  const bool started = has_started();
  if (started && own_runtime_) {
    lost_threads_ = own_runtime_->join();
  } else if (started && runtime_->is_driven()) {
    is_over_.wait(false);
    lost_threads_ = runtime_->scheduler().status().lost;
  }
  if (started) hang_policy_->finish();
  for (const auto& each : shards_) {  // one that came back late has left its exchange behind
    if (started) lost_threads_ = std::max<std::uint64_t>(lost_threads_, each->shard().exchanges());
  }
  listeners_.clear();
  if (!std::exchange(hooks_ran_, false) || lost_threads_ > 0) return;
  app_.lifecycle().stop([this](const std::string& fault) {
    log_.write({.level = base::Level::Error, .logger = "app", .message = fault});
  });
}

// ---- what it tells of itself ----

base::PoolReport Server::pool() const {
  const loop::Scheduler::Status status = runtime_->scheduler().status();
  const auto in_reserve = [](const auto& each) { return each.role == base::ThreadRole::Reserve; };
  return {.workers = status.workers,
          .busy = status.busy,
          .queued = status.queued,
          .oldest_queued = status.oldest,
          .done = status.done,
          .refused = status.refused,
          .hand_offs = status.hand_offs,
          .lost = status.lost,
          .reserve = static_cast<std::uint64_t>(std::ranges::count_if(status.threads, in_reserve))};
}

std::vector<base::ThreadReport> Server::threads() const {
  const base::Instant now = kernel_.monotonic_now();
  std::vector<base::ThreadReport> threads;
  for (const auto& each : runtime_->scheduler().status().threads) {
    const auto shard =
        std::ranges::find_if(shards_, [&](const auto& one) { return &one->loop() == each.loop; });
    const bool none = shard == shards_.end();
    threads.push_back({.thread = each.thread,
                       .role = each.role,
                       .loop = none ? -1 : static_cast<int>(shard - shards_.begin()),
                       .age = now - each.since});
  }
  return threads;
}

void Server::ask_loops(std::function<void(base::LoopReport)> take) {
  constexpr std::size_t kMaxRequests = 1000;
  for (std::size_t number = 0; number < shards_.size(); ++number) {
    shards_[number]->tell([take, number](Shard& shard) {
      base::LoopReport report = shard.report(kMaxRequests);
      report.loop = number;
      take(std::move(report));
    });
  }
}

void Server::cancel(std::uint64_t request) {
  for (const auto& each : shards_) each->tell([request](Shard& shard) { shard.cancel(request); });
}

std::vector<base::Address> Server::addresses() const {
  std::vector<base::Address> addresses;
  for (const net::Listener& listener : listeners_) addresses.push_back(listener.address());
  return addresses;
}

}  // namespace mastic::server
