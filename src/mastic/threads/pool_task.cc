#include "mastic/threads/pool_task.h"

#include <atomic>
#include <string>

#include "mastic/threads/thread_pool.h"

namespace mastic::threads {

NestedTooDeep::NestedTooDeep(std::size_t depth)
    : std::runtime_error(
          "tasks that wait for tasks are nested " + std::to_string(depth) +
          " deep on the stack of one thread (max_nested): let a task end and continue with "
          "Future::then, or co_await the future in an async::Task") {}

PoolTask::PoolTask(ThreadPool& pool, FutureState& state, std::optional<base::Duration> deadline,
                   Attention attention)
    : pool_(pool),
      state_(state),
      due_(deadline ? base::from_now(*deadline) : base::Instant::max()),
      takes_stop_(attention == Attention::Stop) {}

// The order matters. The pool learns of the end of the task before the future does, because the
// thread that gets the result may end the pool at once. (A pool that ends waits for this thread, so
// calling the pool once more below is safe.) This thread's reference is released last, because that
// may destroy what the user stored.
void PoolTask::run() noexcept {
  if (state_.begin()) {
    if (takes_stop_) pool_.task_begins(*this);
    std::exception_ptr error = call();
    pool_.task_ends(*this, error != nullptr);
    if (std::atomic<bool>* const is_free = pool_.thread_is_free()) {
      state_.end_last(std::move(error), *is_free);
    } else {
      state_.end(std::move(error));
    }
  }
  if (!state_.let_go()) return;
  // Destructors of the user follow, which may be slow: the thread is not as free as `end_last`
  // said.
  if (!state_.is_hollow()) pool_.thread_is_held_up();
  state_.destroy();
}

void PoolTask::give_up() noexcept { pool_.give_up(*this); }
bool PoolTask::take_out_nested() {
  if (const std::size_t depth = pool_.nested_too_deep()) throw NestedTooDeep(depth);
  return pool_.take_out(*this);
}
void PoolTask::run_nested() noexcept { pool_.run_nested(*this); }
bool PoolTask::is_of_this_thread() const noexcept { return pool_.is_of_this_thread(); }
const std::string& PoolTask::pool_name() const { return pool_.name(); }

}  // namespace mastic::threads
