#include "mastic/catalog/ending.h"

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace mastic::catalog {
namespace {

using base::Level;

constexpr base::Duration kGiveUpAfter = std::chrono::seconds(1);
constexpr auto kLongestLastFlush = std::chrono::milliseconds(200);

/// Ends the process as the default action of `signal` would, so that its parent sees which signal
/// it was. The kernel ignores that action for the first process of a container, so such a process
/// exits instead.
[[noreturn]] void end_by(int signal) {
  (void)::signal(signal, SIG_DFL);
  (void)::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace

// What SIGTERM or SIGINT does depends on what has come before. When the time in the last column is
// up, `expired` exits the process, whatever hangs.
//
//     state                   a signal does             the process exits at the latest
//     not yet serving         is noted for serves()     1 s after the signal
//     serving                 end(): drain              drain_timeout + 1 s after the signal
//     draining                hurry(): abort            1 s after the signal
//     draining by recycle()   the first: nothing        drain_timeout + 1 s after recycle()
//     aborting                nothing                   1 s after the second signal

Ending::Ending(Logs& logs, base::Duration drain_timeout)
    : logs_(logs),
      log_(logs.log()),
      drain_timeout_(drain_timeout),
      signals_({SIGTERM, SIGINT, SIGHUP}, *this) {}

void Ending::serves(server::Server& server) {
  const std::lock_guard lock(mutex_);
  server_ = &server;
  has_served_ = true;
  // Signals that came during the start could only be noted.
  if (ending_) end();
  if (hurries_) hurry();
}

void Ending::settled() noexcept {
  const std::lock_guard lock(mutex_);
  is_settled_ = true;
}

void Ending::serves_no_more() noexcept {
  const std::lock_guard lock(mutex_);
  server_ = nullptr;
}

void Ending::recycle() noexcept {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ending_, true)) return;
  log_.write(Level::Error,
             "too many threads are lost to handlers that hang: ending with exit code 75; restart "
             "this service");
  exit_code_ = ExitCode::Recycle;
  end();
}

ExitCode Ending::exit_code() const {
  const std::lock_guard lock(mutex_);
  return exit_code_;
}

void Ending::received(int signal) noexcept {
  if (signal == SIGHUP) {
    logs_.reopen();
    return log_.write(Level::Info, "SIGHUP: reopening the log files");
  }
  const std::lock_guard lock(mutex_);
  const bool is_first = std::exchange(signal_, signal) == 0;
  if (!std::exchange(ending_, true)) {
    end();
  } else if (is_first) {
    // recycle() began the end: the first signal asks for nothing more, and only the next one
    // hurries.
    log_.write(Level::Info, "received a signal: already ending");
  } else if (!std::exchange(hurries_, true)) {
    hurry();
  }
}

void Ending::end() noexcept {
  const base::Instant now = std::chrono::steady_clock::now();
  if (!has_served_) {
    log_.write(Level::Info, "ending before the start is complete");
    return signals_.expire_at(now + kGiveUpAfter);
  }
  log_.write(Level::Info, "ending: requests under way are answered, new ones are not accepted");
  // After drain_timeout the server aborts what is left; the added second is for all that follows.
  signals_.expire_at(base::after(base::after(now, drain_timeout_), kGiveUpAfter));
  if (server_ != nullptr) server_->drain();
}

void Ending::hurry() noexcept {
  log_.write(Level::Warning, "second signal: aborting the requests under way");
  signals_.expire_at(std::chrono::steady_clock::now() + kGiveUpAfter);
  if (server_ != nullptr) server_->abort();
}

std::string_view Ending::what_hangs() const noexcept {
  if (!has_served_) return "the start has not completed in time; exiting anyway";
  if (is_settled_)
    return "a hook or a destructor of the application has not returned in time; exiting anyway";
  return "a handler or a background task has not ended in time; exiting anyway";
}

/// Exits without destructors: what hangs still uses the objects that the destructors would destroy.
void Ending::expired() noexcept {
  const std::lock_guard lock(mutex_);
  log_.write(Level::Error, what_hangs());
  logs_.flush(kLongestLastFlush);
  // Nothing was served, so nothing was interrupted: end like a program that does not handle
  // signals.
  if (!has_served_) end_by(signal_);
  const bool recycles = exit_code_ == ExitCode::Recycle;
  std::_Exit(static_cast<int>(recycles ? ExitCode::Recycle : ExitCode::GaveUp));
}

}  // namespace mastic::catalog
