// Exceptions that no code caught: from a task whose result was never collected, from a thread, from
// a destructor.
//
//     const threads::UncaughtHook hook([&](const threads::UncaughtError& error) {
//       log.write(base::Level::Error, error.message());
//     });
//
// The counterpart of Python's `threading.excepthook`. Without a hook, a line goes to standard
// error.

#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/log.h"

namespace mastic::threads {

/// An uncaught exception and where it came from. Its views are valid only during the call that the
/// error is passed to.
struct UncaughtError {
  /// Where an exception was left uncaught.
  enum class Place {
    Task,    ///< a task ended with the exception, and its future was dropped without collecting it
    Thread,  ///< the exception left the function of a thread
    Destructor,  ///< the destructor of something that a task or thread had captured threw
    Hook,        ///< an initializer, or another function that was passed to Mastic, threw
    Pool,        ///< a whole pool has a problem; not an exception of a task
  };
  /// Where the exception was left uncaught.
  Place place = Place::Task;
  std::string_view who;  ///< the name of the task, thread or pool; may be empty
  /// The exception itself; null when there is none.
  std::exception_ptr error;

  /// Returns a sentence for a log: "task 'resize' failed, and its result was never collected: disk
  /// full".
  [[nodiscard]] std::string message() const;
};

/// Describes an exception of any type: what() of a std::exception, or else the name of its type.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

/// Passes the error to the latest hook. Callable from any thread. Exceptions of the hook, and
/// errors that are reported while it runs, go to standard error.
void report_uncaught(const UncaughtError& error) noexcept;

/// While an UncaughtHook exists, its function is called for every uncaught exception of the
/// process, on the thread where the exception occurs, perhaps on several threads at once. If there
/// are several hooks, the latest is called. The destructor waits for calls in progress, so the
/// function must neither make nor destroy a hook.
class UncaughtHook {
 public:
  /// The function that is called for each uncaught exception. Its own exceptions go to standard
  /// error.
  using Function = std::function<void(const UncaughtError&)>;

  /// Calls `function` for every uncaught exception from now on.
  explicit UncaughtHook(Function function);
  /// Writes errors to a log, as messages of the logger `app`. The log must outlive the hook.
  explicit UncaughtHook(base::Log& log);
  ~UncaughtHook();
  UncaughtHook(const UncaughtHook&) = delete;
  UncaughtHook& operator=(const UncaughtHook&) = delete;

 private:
  friend void report_uncaught(const UncaughtError&) noexcept;

  const Function function_;
  UncaughtHook* before_;  ///< guarded by the lock of all hooks
};

}  // namespace mastic::threads
