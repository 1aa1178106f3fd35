// Calls a function once, later, in a thread of its own.
//
//     threads::Timer reminder(5s, [] { std::puts("five seconds"); });
//     reminder.cancel();
//
// Python's `threading.Timer`. It costs a thread: what may be a task sleeps (async/sleep.h).

#pragma once

#include <concepts>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/thread.h"

namespace mastic::threads {

/// What the function throws goes to the UncaughtHook.
class Timer {
 public:
  /// Calls `function` in `delay`, unless it is cancelled before.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  Timer(base::Duration delay, F&& function, std::string name = "timer")
      : thread_(named(std::move(name), Alarm<std::decay_t<F>>(delay, std::forward<F>(function)))) {}
  /// Cancels it. When the function has begun, waits for its end; in the function itself it does not
  /// wait: that goes on to its end, in its thread, and owns what it captured.
  ~Timer() {
    if (thread_.get_id() == std::this_thread::get_id()) thread_.detach();
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Does not wait: the function may have begun.
  void cancel() { thread_.request_stop(); }
  /// Waits until the function has ended or will not be called. Not in the function itself.
  void join() {
    if (!thread_.joinable()) return;
    const BlockingScope blocking;
    thread_.join();
  }

 private:
  template <class F>
  struct Alarm {
    template <class G>
    Alarm(base::Duration the_delay, G&& the_function)
        : delay(the_delay), function(std::forward<G>(the_function)) {}
    void operator()(const std::stop_token& stop) {
      if (sleep_for(delay, stop)) function();
    }
    base::Duration delay;
    F function;
  };

  std::jthread thread_;
};

}  // namespace mastic::threads
