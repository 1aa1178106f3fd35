// Exceptions that nobody took: of a task whose result nobody asked for, of a thread, of a destructor.
//
//     const threads::UncaughtHook hook([&](const threads::UncaughtError& error) {
//       log.write(base::Level::Error, error.message());
//     });
//
// The counterpart of Python's `threading.excepthook`. Where no hook stands, a line goes to standard
// error.

#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/log.h"

namespace mastic::threads {

/// Views live as long as the call that it is given to.
struct UncaughtError {
  enum class Place {
    Task,        ///< it ended with the exception, and nobody took that from its future
    Thread,      ///< the exception left it
    Destructor,  ///< of something that the task or thread had captured
    Hook,        ///< an initializer, or another function that was given to be called
    Pool,        ///< no exception of a task, but a fault of a whole pool
  };
  Place place = Place::Task;
  std::string_view who;  ///< the name of the task, thread or pool; may be empty
  std::exception_ptr error;

  /// "task 'resize' failed, and nobody asked for its result: no room on the disk"
  [[nodiscard]] std::string message() const;
};

/// What an exception of any type says: what() of a std::exception, otherwise the name of its type.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

/// Gives the error to the latest hook. From any thread. What a hook throws, and what is uncaught
/// while it runs, goes to standard error.
void report_uncaught(const UncaughtError& error) noexcept;

/// While it stands, its function is called for every uncaught exception of the process, on whatever
/// thread it comes up, several at once too. The latest of several hooks that stand counts. When the
/// destructor returns, no call is under way any more; the function must so neither make nor end a
/// hook.
class UncaughtHook {
 public:
  using Function = std::function<void(const UncaughtError&)>;

  explicit UncaughtHook(Function function);
  /// Writes errors to a log, as messages of the logger `app`. The log must outlive the hook.
  explicit UncaughtHook(base::Log& log);
  ~UncaughtHook();
  UncaughtHook(const UncaughtHook&) = delete;
  UncaughtHook& operator=(const UncaughtHook&) = delete;

 private:
  friend void report_uncaught(const UncaughtError&) noexcept;

  const Function function_;
  UncaughtHook* before_;  ///< under the lock of them all
};

}  // namespace mastic::threads
