#include "mastic/testing/interleave.h"

#include <charconv>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/testing/environment.h"
#include "mastic/threads/future.h"
#include "mastic/threads/thread_pool.h"

namespace mastic::testing {
namespace {

/// Passes a baton between scripts. Only the script that holds it runs.
class Scripts {
 public:
  Scripts(std::size_t count, std::uint64_t seed) : states_(count), random_(seed) {
    next_ = random_() % count;
  }

  /// Waits until the script `self` has the baton for the first time.
  void begin(std::size_t self) {
    std::unique_lock lock(mutex_);
    await_turn(lock, self);
  }
  /// Gives the baton to any script that has not ended, perhaps to the same one.
  void pass_on(std::size_t self) {
    std::unique_lock lock(mutex_);
    choose_next();
    await_turn(lock, self);
  }
  void end(std::size_t self) {
    const std::lock_guard lock(mutex_);
    states_[self].has_ended = true;
    states_[self].waits = false;
    forget_waiting();  // what this script did last may be what another one waits for
    choose_next();
  }

  /// Notes that `self` still waits, although it has looked again since anything has happened.
  [[nodiscard]] bool waits(std::size_t self) {
    const std::lock_guard lock(mutex_);
    states_[self].waits = true;
    for (const State& state : states_) {
      if (!state.has_ended && !state.waits) return false;
    }
    forget_waiting();  // time passes, so every script has to look again
    states_[self].waits = true;
    return true;
  }
  void proceeds() {
    const std::lock_guard lock(mutex_);
    forget_waiting();
  }

 private:
  struct State {
    bool has_ended = false;
    bool waits = false;
  };

  void await_turn(std::unique_lock<std::mutex>& lock, std::size_t self) {
    turn_.wait(lock, [&] { return next_ == self; });
  }
  void choose_next() {
    std::vector<std::size_t> running;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!states_[i].has_ended) running.push_back(i);
    }
    if (running.empty()) return;
    next_ = running[random_() % running.size()];
    turn_.notify_all();
  }
  void forget_waiting() {
    for (State& state : states_) state.waits = false;
  }

  std::mutex mutex_;
  std::condition_variable turn_;
  std::size_t next_ = 0;
  std::vector<State> states_;
  std::mt19937_64 random_;
};

/// The script that this thread runs.
struct Running {
  Scripts* scripts = nullptr;
  std::size_t self = 0;
};
constinit thread_local Running running;

std::uint64_t seed_of_environment() {
  const std::string text = environment("MASTIC_SEED");
  if (text.empty()) return std::random_device{}();
  std::uint64_t seed = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (fault != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument("MASTIC_SEED is '" + text + "', and a number is expected");
  }
  return seed;
}

}  // namespace

void interleave(const std::vector<std::function<void()>>& scripts,
                std::optional<std::uint64_t> wanted) {
  if (scripts.empty()) return;
  const std::uint64_t seed = wanted ? *wanted : seed_of_environment();
  Scripts all(scripts.size(), seed);
  std::mutex mutex;
  std::exception_ptr first;
  {
    threads::ThreadPool pool({.max_threads = scripts.size()});
    std::vector<threads::Future<void>> ends;
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      ends.push_back(pool.submit([&, i] {
        running = {&all, i};
        all.begin(i);
        try {
          scripts[i]();
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (!first) first = std::current_exception();
        }
        running = {};
        all.end(i);
      }));
    }
    for (threads::Future<void>& end : ends) end.get();
  }
  if (!first) return;
  try {
    std::rethrow_exception(first);
  } catch (const std::exception& error) {
    throw std::logic_error(std::string(error.what()) +
                           "\nThe order of the scripts: MASTIC_SEED=" + std::to_string(seed));
  }
}

void detail::pause_script() {
  if (running.scripts != nullptr) running.scripts->pass_on(running.self);
}

bool detail::script_waits() {
  if (running.scripts == nullptr) return true;
  const bool may_pass = running.scripts->waits(running.self);
  if (!may_pass) running.scripts->pass_on(running.self);
  return may_pass;
}

void detail::script_proceeds() {
  if (running.scripts != nullptr) running.scripts->proceeds();
}

}  // namespace mastic::testing
