// What std::jthread lacks: a name, exceptions that are reported instead of ending the process, and
// a sleep that ends when the thread is asked to stop.
//
//     std::jthread importer(threads::named("importer", [&](std::stop_token stop) { ... }));

#pragma once

#include <concepts>
#include <functional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "mastic/base/units.h"
#include "mastic/threads/alternate_stack.h"
#include "mastic/threads/disposable.h"

namespace mastic::threads {

/// Names the calling thread, for debuggers and `top`. Linux keeps the first 15 bytes.
void name_this_thread(const std::string& name) noexcept;

/// The error for a thread that the system cannot start; its message says what may be done about
/// that.
[[nodiscard]] std::system_error no_thread(const std::error_code& why);

/// Starts a thread that calls `function`. Throws `no_thread` when the system cannot start one.
template <std::invocable F>
[[nodiscard]] std::thread start_thread(F&& function) {
  try {
    return std::thread(std::forward<F>(function));
  } catch (const std::system_error& error) {
    throw no_thread(error.code());
  }
}

/// Sleeps for `time`, or until `stop` is requested. Returns whether it slept for all of `time`.
bool sleep_for(base::Duration time, const std::stop_token& stop);

/// Waits until `stop` is requested. If no stop can ever be requested, waits forever.
void wait_for_stop(const std::stop_token& stop);

/// A function to be run by a thread. Names the thread, calls the function that it was made from,
/// and reports an exception of that function (UncaughtHook).
template <class F>
class NamedThread {
 public:
  /// Names the thread `name`, and runs `function` on it.
  template <class G>
  NamedThread(std::string name, G&& function)
      : name_(std::move(name)), function_(std::in_place, std::forward<G>(function)) {}

  template <class... Arguments>
    requires std::invocable<F&, Arguments...>
  void operator()(Arguments&&... arguments) noexcept {
    name_this_thread(name_);
    const AlternateStack stack;
    try {
      std::invoke(*function_, std::forward<Arguments>(arguments)...);
    } catch (...) {
      report_uncaught({UncaughtError::Place::Thread, name_, std::current_exception()});
    }
    function_.drop(name_);
  }

 private:
  std::string name_;
  Disposable<F> function_;
};

/// Makes a function to pass to std::jthread or std::thread, which call it once. The thread's
/// arguments are passed on, with a stop token first if `function` takes one.
template <class F>
[[nodiscard]] NamedThread<std::decay_t<F>> named(std::string name, F&& function) {
  return {std::move(name), std::forward<F>(function)};
}

}  // namespace mastic::threads
