#include "mastic/sockets/loop_server.h"

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/log_format.h"
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

/// A log that writes to standard error with a thread of its own.
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

/// Drains or aborts the server when a signal arrives, and ends the process if the server does not
/// end.
class LoopServer::SignalEnd final : private threads::SignalReceiver {
 public:
  explicit SignalEnd(LoopServer& server) : server_(server), signals_({SIGINT, SIGTERM}, *this) {}

 private:
  void received(int) noexcept override {
    if (++times_ > 2) return;  // a third signal must not postpone the end that the second one set
    const bool again = times_ == 2;
    again ? server_.abort() : server_.drain();
    // A handler that never returns keeps wait() from returning. So this thread, which runs no
    // handlers, ends the process.
    const base::Duration patience = again ? base::Duration::zero() : server_.drain_timeout_;
    signals_.expire_at(base::after(base::from_now(patience), kGiveUpAfter));
  }
  void expired() noexcept override {
    // _Exit runs no destructors, which would wait for the handler; so the log is flushed here.
    server_.log().write(Level::Error, "a handler does not return; exiting without waiting for it");
    if (server_.own_log_) server_.own_log_->flush(std::chrono::milliseconds(200));
    std::_Exit(kGaveUp);
  }

  LoopServer& server_;
  int times_ = 0;             ///< how many signals have arrived
  threads::Signals signals_;  ///< destroyed first
};

LoopServer::LoopServer(const loop::Options& options, base::Duration drain_timeout,
                       std::uint64_t threads, base::Log* log, base::Kernel& kernel)
    : options_(options),
      drain_timeout_(drain_timeout),
      threads_(threads),
      kernel_(kernel),
      log_(log) {}

LoopServer::~LoopServer() = default;

void LoopServer::end() {
  group_.end();
  // If the program drives the loop, this may be the driving thread, which would wait for itself for
  // ever.
  if (group_.runtime() != nullptr) wait();
  group_.destroy();
}

/// Makes the server's own log at the first use, because it needs a thread.
base::Log& LoopServer::log() {
  if (log_ == nullptr) {
    own_log_ = std::make_unique<OwnLog>(kernel_);
    log_ = &own_log_->log();
  }
  return *log_;
}

void LoopServer::on_error(FaultHook hook) {
  MASTIC_ASSERT(!has_started_);
  fault_hook_ = std::move(hook);
}

// ---- starting ----

base::Result<void> LoopServer::start() { return begin(nullptr, nullptr); }
base::Result<void> LoopServer::start_on(loop::Runtime& runtime) { return begin(&runtime, nullptr); }
base::Result<void> LoopServer::start_on(loop::Loop& loop) { return begin(nullptr, &loop); }

/// Starts on `runtime` or `loop`, whichever is not null, or else on the server's own runtime. A
/// lack of memory or threads is an error that the caller can handle, so it is returned and not
/// thrown.
base::Result<void> LoopServer::begin(loop::Runtime* runtime, loop::Loop* loop) try {
  if (const auto fits = check(); !fits) return fits;
  has_started_ = true;
  // Otherwise a write to a peer that has closed its connection would end the process by SIGPIPE.
  threads::let_writes_fail();
  if (runtime != nullptr) {
    group_.stand_on(*runtime);
  } else if (loop != nullptr) {
    group_.stand_on(*loop);
  } else if (const auto opened = group_.open_runtime(options_, log(), kernel_); !opened) {
    return opened;
  }
  // Threads before shards, and all shards before any of them accepts: a handler may run as soon as
  // one shard accepts.
  handler_threads_.emplace(group_.runtime(), threads_, kernel_);
  make_shards(group_);
  return group_.begin([this] { return begin_shards(group_); });
} catch (const std::bad_alloc&) {
  return base::fail("out of memory");  // short enough to need no allocation
} catch (const std::system_error& error) {
  return base::fail(error.what());
}

int LoopServer::run() {
  const threads::CrashReport crashes;
  try {
    base::Log& words = log();
    const auto ran = run_until_signal();
    if (!ran) words.write(Level::Error, ran.error().message);
    return ran ? 0 : 1;
  } catch (const std::exception& error) {  // no thread for the log or for signals
    const std::string line = "error: " + std::string(error.what()) + "\n";
    (void)kernel_.write(kStandardError, line.data(), line.size());
    return 1;
  }
}

base::Result<void> LoopServer::run_until_signal() {
  // Signals are received from before the start, so that none of them is missed.
  const SignalEnd ends(*this);
  if (const auto started = start(); !started) return started;
  for (const base::Address& address : addresses_) {
    log().write(Level::Info, "listening on " + address.to_string());
  }
  wait();
  return {};
}

}  // namespace mastic::sockets
