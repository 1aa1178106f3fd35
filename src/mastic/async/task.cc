#include "mastic/async/task.h"

namespace mastic::async::detail {
namespace {

// Destroying a frame that was never started destroys its arguments, which may be tasks, and so
// calls `drop` again. Up to kDeep calls nest; deeper frames are put on a list per thread, and
// the outermost call destroys them one after another when the nested ones have returned.
constexpr int kDeep = 100;

thread_local constinit int depth = 0;
thread_local constinit TaskPromiseBase* dropped = nullptr;

}  // namespace

void TaskPromiseBase::drop(std::coroutine_handle<> frame) noexcept {
  continuation = frame;  // unused in a coroutine that never started: keeps its handle for the list
  if (depth == kDeep) {
    next_dropped = std::exchange(dropped, this);
    return;
  }
  ++depth;
  frame.destroy();
  --depth;
  while (depth == 0 && dropped != nullptr) {
    TaskPromiseBase& next = *std::exchange(dropped, dropped->next_dropped);
    next.drop(next.continuation);
  }
}

}  // namespace mastic::async::detail
