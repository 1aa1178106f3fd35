// Calls a function once, after a delay, in a thread of its own.
//
//     threads::Timer reminder(5s, [] { std::puts("five seconds"); });
//     reminder.cancel();
//
// Python's `threading.Timer`. A timer costs a thread; where an async::Task will do, sleep in that
// task (async/sleep.h).

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

/// A function that is called later, unless it is cancelled. Its exceptions go to the UncaughtHook.
class Timer {
 public:
  /// Calls `function` after `delay`, unless the timer is cancelled before. Throws std::system_error
  /// when the system cannot start a thread.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  Timer(base::Duration delay, F&& function, std::string name = "timer")
      : thread_(named(std::move(name), Alarm<std::decay_t<F>>(delay, std::forward<F>(function)))) {}
  /// Cancels the call; if the function has begun, waits for its end. When the function itself
  /// destroys the timer, the destructor does not wait: the function continues in its thread, with
  /// what it captured.
  ~Timer() {
    if (thread_.get_id() == std::this_thread::get_id()) thread_.detach();
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Cancels the call without waiting; the function may have begun already.
  void cancel() { thread_.request_stop(); }
  /// Waits until the function has ended or will not be called. Do not call it in the function
  /// itself.
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
