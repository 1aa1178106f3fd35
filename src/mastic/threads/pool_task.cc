#include "mastic/threads/pool_task.h"

#include <chrono>

#include "mastic/threads/thread_pool.h"

namespace mastic::threads {

PoolTask::PoolTask(ThreadPool& pool, FutureState& state, std::optional<base::Duration> deadline,
                   Attention attention)
    : pool_(pool),
      state_(state),
      due_(deadline ? std::chrono::steady_clock::now() + *deadline : base::Instant::max()),
      takes_stop_(attention == Attention::Stop) {}

void PoolTask::run() noexcept {
  if (state_.begin()) {
    if (takes_stop_) pool_.task_begins(*this);
    std::exception_ptr error = call();
    pool_.task_ends(*this, error != nullptr);
    state_.end(std::move(error));
  }
  state_.release();
}

void PoolTask::give_up() noexcept { pool_.give_up(*this); }
bool PoolTask::take_out() noexcept { return pool_.take_out(*this); }
bool PoolTask::is_of_this_thread() const noexcept { return pool_.is_of_this_thread(); }
const std::string& PoolTask::pool_name() const { return pool_.name(); }

}  // namespace mastic::threads
