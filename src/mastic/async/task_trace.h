// The awaits that an exception came through.

#pragma once

#include <cstddef>
#include <exception>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::async {

/// How an exception came up through tasks, innermost first. It begins with the last await of the
/// task that threw: that one threw, or something after it in the same function. (A task that threw
/// without an await stands there by the await of its caller.)
struct TaskTrace {
  /// How many awaits are kept.
  static constexpr std::size_t kMaxAwaits = 32;

  std::vector<std::source_location> awaits;  ///< the first kMaxAwaits
  std::size_t more = 0;                      ///< awaits after those
  std::vector<std::exception_ptr> others;    ///< what failed beside it, in the same TaskGroup

  /// "at notes.cc:42, load(int)" for each await of the application, and what failed beside it, with `between` them. The
  /// line is that of the await's operand; the compiler says how the function is called. Awaits of the library itself
  /// are left out, unless there are no others; `awaits` has them all.
  [[nodiscard]] std::string text(std::string_view between = "\n") const;
};

/// The trace of the exception that is being handled, in user code of a task; empty when it did not
/// come from a task, or when there is none.
///
///     catch (...) { log.error("gave up\n", async::current_task_trace().text()); throw; }
[[nodiscard]] TaskTrace current_task_trace();

}  // namespace mastic::async
