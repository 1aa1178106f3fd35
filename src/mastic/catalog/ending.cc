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

/// As if nobody had taken the signal; the first process of a container is not ended by that.
[[noreturn]] void end_by(int signal) {
  (void)::signal(signal, SIG_DFL);
  (void)::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace

Ending::Ending(Logs& logs, base::Duration drain_timeout)
    : logs_(logs),
      log_(logs.log()),
      drain_timeout_(drain_timeout),
      signals_({SIGTERM, SIGINT, SIGHUP}, *this) {}

void Ending::serves(server::Server& server) {
  const std::lock_guard lock(mutex_);
  server_ = &server;
  has_served_ = true;
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
             "too many threads are lost to handlers that hang: ending with exit code 75, to be "
             "started anew");
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
    return log_.write(Level::Info, "SIGHUP: the logs are opened anew");
  }
  const std::lock_guard lock(mutex_);
  const bool is_first = std::exchange(signal_, signal) == 0;
  if (!std::exchange(ending_, true)) {
    end();
  } else if (is_first) {
    log_.write(Level::Info, "a signal: it is ending already");
  } else if (!std::exchange(hurries_, true)) {
    hurry();
  }
}

void Ending::end() noexcept {
  const base::Instant now = std::chrono::steady_clock::now();
  if (!has_served_) {
    log_.write(Level::Info, "ending before anything is served");
    return signals_.expire_at(now + kGiveUpAfter);
  }
  log_.write(Level::Info, "ending: requests under way are answered, new ones are not accepted");
  signals_.expire_at(base::after(base::after(now, drain_timeout_), kGiveUpAfter));
  if (server_ != nullptr) server_->drain();
}

void Ending::hurry() noexcept {
  log_.write(Level::Warning, "a second signal: what is under way is aborted");
  signals_.expire_at(std::chrono::steady_clock::now() + kGiveUpAfter);
  if (server_ != nullptr) server_->abort();
}

std::string_view Ending::what_hangs() const noexcept {
  if (!has_served_) return "the start takes its time; ending without it";
  if (is_settled_)
    return "a hook, or an object of the application, does not end; ending without it";
  return "a handler or a background task does not end; ending without it";
}

/// Something does not end, and what it uses cannot go before it; the process can.
void Ending::expired() noexcept {
  const std::lock_guard lock(mutex_);
  log_.write(Level::Error, what_hangs());
  logs_.flush(kLongestLastFlush);
  if (!has_served_) end_by(signal_);
  const bool recycles = exit_code_ == ExitCode::Recycle;
  std::_Exit(static_cast<int>(recycles ? ExitCode::Recycle : ExitCode::GaveUp));
}

}  // namespace mastic::catalog
