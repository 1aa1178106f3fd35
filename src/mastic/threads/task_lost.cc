#include "mastic/threads/task_lost.h"

#include <string>

namespace mastic::threads {
namespace {

std::string_view words(TaskLost::Why why) {
  using Why = TaskLost::Why;
  switch (why) {
    case Why::Cancelled:
      return "was cancelled before it began";
    case Why::Expired:
      return "did not begin before its deadline";
    case Why::Refused:
      return "was refused: the queue of its pool is full";
    case Why::Shed:
      return "was dropped for a newer one: the queue of its pool was full";
    case Why::Stopped:
      return "was not run: its pool is stopping";
    case Why::Broken:
      return "was not run: its pool is broken";
    case Why::Abandoned:
      return "has no result: its promise ended without one";
  }
  return "was lost";
}

std::string sentence(TaskLost::Why why, std::string_view task, std::string_view detail) {
  std::string text = task.empty() ? std::string("a task ") : "task '" + std::string(task) + "' ";
  text += words(why);
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

}  // namespace

TaskLost::TaskLost(Why why, std::string_view task, std::string_view detail)
    : std::runtime_error(sentence(why, task, detail)), why_(why) {}

}  // namespace mastic::threads
