// The awaits that an exception passed through: a stack trace for tasks.

#pragma once

#include <cstddef>
#include <exception>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::async {

/// How an exception propagated through tasks, innermost first. The first entry is the last await of
/// the task that threw: either that await threw, or code after it in the same function. (If a task
/// threw before its first await, the first entry is the await of its caller.)
struct TaskTrace {
  /// The maximum number of awaits that are kept.
  static constexpr std::size_t kMaxAwaits = 32;

  std::vector<std::source_location> awaits;  ///< the innermost awaits, up to kMaxAwaits
  std::size_t more = 0;                      ///< how many further awaits were not kept
  std::vector<std::exception_ptr> others;    ///< later exceptions in the same TaskGroup

  /// The trace as text: "at notes.cc:42, load(int)" for each await of the application, and the
  /// exceptions of other tasks, separated by `between`. The line is that of the operand of the
  /// await, and the name of the function is as the compiler writes it. The text leaves out awaits
  /// inside Mastic, unless there are no others; `awaits` contains them in any case.
  [[nodiscard]] std::string text(std::string_view between = "\n") const;
};

/// The trace of the exception that is being handled. The trace is empty if no exception is being
/// handled, or if the exception did not come from a task. To be called in user code of a task.
///
///     catch (...) { log.error("gave up\n", async::current_task_trace().text()); throw; }
[[nodiscard]] TaskTrace current_task_trace();

}  // namespace mastic::async
