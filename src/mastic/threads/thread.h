// What std::jthread lacks: a name, an end for exceptions other than that of the process, and a sleep
// that ends when the thread is to stop.
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

/// Names the calling thread, for debuggers and `top`: the first 15 bytes of it.
void name_this_thread(const std::string& name) noexcept;

/// The system has no thread for us: an error that says so, and what may be done about it.
[[nodiscard]] std::system_error no_thread(const std::error_code& why);

/// Starts a thread that calls `function`. Throws `no_thread` when the system has none.
template <std::invocable F>
[[nodiscard]] std::thread start_thread(F&& function) {
  try {
    return std::thread(std::forward<F>(function));
  } catch (const std::system_error& error) {
    throw no_thread(error.code());
  }
}

/// Sleeps for `time`, or until `stop` is requested; says whether all of it has passed.
bool sleep_for(base::Duration time, const std::stop_token& stop);

/// A function for a thread: names it, and reports what leaves the function (UncaughtHook).
template <class F>
class NamedThread {
 public:
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

/// For std::jthread and std::thread, with the arguments that they pass: a stop token first, if
/// `function` takes one. It runs once.
template <class F>
[[nodiscard]] NamedThread<std::decay_t<F>> named(std::string name, F&& function) {
  return {std::move(name), std::forward<F>(function)};
}

}  // namespace mastic::threads
