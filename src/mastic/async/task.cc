#include "mastic/async/task.h"

namespace mastic::async::detail {
namespace {

constexpr int kDeep = 100;  // frames within each other; from there on one after another

thread_local constinit int depth = 0;
thread_local constinit TaskPromiseBase* dropped = nullptr;

}  // namespace

void TaskPromiseBase::drop(std::coroutine_handle<> frame) noexcept {
  continuation = frame;
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
