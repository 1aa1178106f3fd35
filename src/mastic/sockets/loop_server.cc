#include "mastic/sockets/loop_server.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/log_format.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/crash_report.h"
#include "mastic/threads/log_writer.h"
#include "mastic/threads/signals.h"

namespace mastic::sockets {
namespace {

using base::Level;

constexpr int kStandardError = 2;
constexpr int kGaveUp = 3;
constexpr base::Duration kGiveUpAfter = std::chrono::seconds(1);

}  // namespace

/// Writes to standard error, by a thread of its own.
class LoopServer::OwnLog {
 public:
  explicit OwnLog(base::Kernel& kernel)
      : writer_(threads::LogFile::borrow(kernel, kStandardError)),
        log_(kernel, writer_, base::LogFormat::Text, base::LogLevels()) {}
  base::Log& log() { return log_; }
  void flush(std::chrono::milliseconds longest) { writer_.flush(longest); }

 private:
  threads::LogWriter writer_;
  base::LineLog log_;
};

/// Ends the server as signals ask, and the process when the server does not end.
class LoopServer::SignalEnd final : private threads::SignalReceiver {
 public:
  explicit SignalEnd(LoopServer& server) : server_(server), signals_({SIGINT, SIGTERM}, *this) {}

 private:
  void received(int) noexcept override {
    if (++times_ > 2) return;  // its deadline stands, however often it is told
    const bool again = times_ == 2;
    again ? server_.abort() : server_.drain();
    const base::Duration patience = again ? base::Duration::zero() : server_.drain_timeout_;
    signals_.expire_at(base::after(base::from_now(patience), kGiveUpAfter));
  }
  void expired() noexcept override {
    server_.log().write(Level::Error, "a handler does not end; ending without it");
    if (server_.own_log_) server_.own_log_->flush(std::chrono::milliseconds(200));
    std::_Exit(kGaveUp);
  }

  LoopServer& server_;
  int times_ = 0;             ///< it was told to end
  threads::Signals signals_;  ///< goes first
};

LoopServer::LoopServer(const loop::Options& options, base::Duration drain_timeout,
                       std::uint64_t threads, std::uint64_t max_waiting, base::Log* log,
                       base::Kernel& kernel)
    : options_(options),
      drain_timeout_(drain_timeout),
      threads_(threads),
      max_waiting_(max_waiting),
      kernel_(kernel),
      log_(log) {}

LoopServer::~LoopServer() = default;

void LoopServer::end() {
  drain();
  if (started_ && runtime_ != nullptr && !own_runtime_ && !others_drive()) {
    abort();
    runtime_->turn_until([this] {
      const std::lock_guard lock(mutex_);
      return is_over_;
    });
  }
  if (own_runtime_ || others_drive()) wait();
  MASTIC_ASSERT(!started_ || is_over_);
  // A shard that settled beside the last one may still be looking at the others: let each loop end that.
  for (const auto& shard : shards_) {
    if (runtime_ != nullptr) runtime_->call(shard->loop(), [] {});
  }
  for (auto& shard : shards_) {
    if (runtime_ == nullptr) break;
    loop::Loop& loop = shard->loop();
    runtime_->destroy(loop, std::move(shard));
  }
  shards_.clear();
}

/// Made when it is needed, for it has a thread.
base::Log& LoopServer::log() {
  if (log_ == nullptr) {
    own_log_ = std::make_unique<OwnLog>(kernel_);
    log_ = &own_log_->log();
  }
  return *log_;
}

// ---- starting ----

base::Result<void> LoopServer::start() {
  const auto opened = open_runtime();
  return opened ? drive() : opened;
}

base::Result<void> LoopServer::start_on(loop::Runtime& runtime) {
  MASTIC_ASSERT(runtime_ == nullptr);
  runtime_ = &runtime;
  std::vector<loop::Loop*> loops;
  for (const auto& loop : runtime.loops()) loops.push_back(loop.get());
  return open_shards(loops);
}

base::Result<void> LoopServer::start_on(loop::Loop& loop) { return open_shards({&loop}); }

int LoopServer::run() {
  const threads::CrashReport crashes;
  try {
    base::Log& words = log();
    const auto ran = run_until_signal();
    if (!ran) words.write(Level::Error, ran.error().message);
    return ran ? 0 : 1;
  } catch (const std::exception& error) {  // no thread for a log, or for signals
    const std::string line = "error: " + std::string(error.what()) + "\n";
    (void)kernel_.write(kStandardError, line.data(), line.size());
    return 1;
  }
}

base::Result<void> LoopServer::run_until_signal() {
  if (const auto opened = open_runtime(); !opened) return opened;
  const SignalEnd ends(*this);
  for (const base::Address& address : addresses_) {
    log().write(Level::Info, "listening on " + address.to_string());
  }
  const auto driven = drive();
  wait();
  return driven;
}

base::Result<void> LoopServer::open_runtime() {
  MASTIC_ASSERT(runtime_ == nullptr);
  if (const auto fits = check(); !fits) return fits;
  auto opened = loop::Runtime::open(options_, log(), kernel_);
  if (!opened) return std::unexpected(opened.error());
  own_runtime_ = *std::move(opened);
  return start_on(*own_runtime_);
}

base::Result<void> LoopServer::open_shards(const std::vector<loop::Loop*>& loops) {
  MASTIC_ASSERT(!started_ && shards_.empty());
  if (const auto fits = check(); !fits) return fits;
  threads::let_writes_fail();
  pool_.emplace(threads::ThreadPool::Options{.name = "handlers",
                                             .max_threads = threads_,
                                             .max_stand_ins = 0,
                                             .max_queued = max_waiting_,
                                             .when_full = threads::WhenFull::Refuse});
  for (loop::Loop* const loop : loops) {
    shards_.push_back(make_shard(*loop));
    shards_.back()->set_owner(*this);
  }
  shards_made();
  const auto begun = begin_shards();
  const std::lock_guard lock(mutex_);
  open_shards_ = shards_.size();
  started_ = begun || others_drive();  // where others drive, what has begun has to end
  if (!begun) asked_ = Ending::AtOnce;
  order_end();
  return begun;
}

/// Where the loops are: they may serve others already.
base::Result<void> LoopServer::begin_shards() {
  for (const auto& shard : shards_) {
    const auto begin_one = [&] { return begin(*shard); };
    const auto begun = runtime_ != nullptr ? runtime_->call(shard->loop(), begin_one) : begin_one();
    if (!begun) return begun;
  }
  return {};
}

bool LoopServer::others_drive() const { return runtime_ != nullptr && runtime_->is_driven(); }

base::Result<void> LoopServer::drive() {
  const auto driven = own_runtime_->start();
  if (driven) return driven;
  const std::lock_guard lock(mutex_);
  is_over_ = true;  // nobody drives what would have to end
  return driven;
}

// ---- stopping ----

void LoopServer::drain() { ask_to_end(Ending::Gently); }
void LoopServer::abort() { ask_to_end(Ending::AtOnce); }

void LoopServer::ask_to_end(Ending how) {
  const std::lock_guard lock(mutex_);
  asked_ = std::max(asked_, how);
  order_end();
}

/// Under the mutex: tells the shards, once they are there, what they were not told yet.
void LoopServer::order_end() {
  if (!started_ || is_over_ || told_ == asked_) return;
  const Ending told = std::exchange(told_, asked_);
  for (const auto& shard : shards_) {
    if (told == Ending::No) shard->order_drain();
    if (asked_ == Ending::AtOnce) shard->order_abort();
  }
}

void LoopServer::shard_closed() noexcept {
  const std::lock_guard lock(mutex_);
  if (--open_shards_ == 0) all_closed();
}

/// It is over once nothing is left anywhere, also not on its way from one shard to another.
void LoopServer::shard_settled() noexcept {
  const std::lock_guard lock(mutex_);
  const bool all =
      std::ranges::all_of(shards_, [](const auto& shard) { return shard->is_settled(); });
  if (is_over_ || !all || !is_idle()) return;
  is_over_ = true;
  if (own_runtime_) own_runtime_->stop();
  over_.notify_all();
}

bool LoopServer::has_settled() const {
  const std::lock_guard lock(mutex_);
  return is_over_;
}

void LoopServer::wait() {
  {
    const threads::BlockingScope blocking;
    std::unique_lock lock(mutex_);
    over_.wait(lock, [this] { return is_over_ || !started_; });
  }
  if (own_runtime_) (void)own_runtime_->join();
}

}  // namespace mastic::sockets
