#include "mastic/threads/bounded_executor.h"

#include "mastic/base/assert.h"

namespace mastic::threads {
namespace {

constexpr base::Duration kLong = std::chrono::seconds(1);

}  // namespace

BoundedExecutor::BoundedExecutor(async::BlockingExecutor& threads, std::uint64_t most, Claim claim,
                                 base::Kernel& kernel)
    : threads_(threads), claim_(claim), kernel_(kernel) {
  idle_.reserve(most);  // so that no turn needs memory to end
  for (std::uint64_t i = 0; i < most; ++i) {
    turns_.push_back(std::make_unique<Turn>(*this));
    idle_.push_back(turns_.back().get());
  }
}

BoundedExecutor::~BoundedExecutor() {
  std::unique_lock lock(mutex_);
  MASTIC_ASSERT(waiting_.empty(), {"waiting", static_cast<long long>(waiting_.size())});
  all_idle_.wait(lock, [this] { return idle_.size() == turns_.size(); });
}

bool BoundedExecutor::submit(async::BlockingWork& work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(work);
  if (idle_.empty()) return true;
  if (ask_for_thread(*idle_.back(), claim_)) idle_.pop_back();
  if (idle_.size() < turns_.size()) return true;  // a turn that runs will take the work
  waiting_.remove(work);
  return false;
}

bool BoundedExecutor::ask_for_thread(Turn& turn, Claim claim) {
  const bool comes = claim == Claim::Begun ? threads_.submit_begun(turn) : threads_.submit(turn);
  turn.is_coming = comes;
  if (comes) ++coming_;
  return comes;
}

bool BoundedExecutor::withdraw(async::BlockingWork& work) noexcept {
  const std::lock_guard lock(mutex_);
  if (!WorkQueue::is_queued(work)) return false;
  waiting_.remove(work);
  if (waiting_.empty()) withdraw_turns();
  return true;
}

/// Runs queued work on a thread of the other executor. After work that took long, gives the thread
/// back and asks for a thread again, for two reasons: other work of that executor gets its turn,
/// and the thread may have been written off as hung and must then take no more work.
void BoundedExecutor::take_turn(Turn& turn) noexcept {
  std::unique_lock lock(mutex_);
  turn.is_coming = false;
  --coming_;
  bool was_long = false;
  while (!waiting_.empty()) {
    if (was_long && ask_for_thread(turn, Claim::Begun)) return;
    async::BlockingWork& work = waiting_.pop_front();
    lock.unlock();
    const base::Instant begun = kernel_.monotonic_now();
    work.run();  // after it, `work` may have been destroyed
    const base::Duration length = kernel_.monotonic_now() - begun;
    lock.lock();
    took(length);
    was_long = length >= kLong;
  }
  end(turn);
  withdraw_turns();
}

/// Takes back the requests for threads that have not arrived, because no work is left for them.
/// Waiting for such threads would only delay the destructor.
void BoundedExecutor::withdraw_turns() noexcept {
  for (const auto& each : turns_) {
    if (coming_ == 0) return;
    if (!each->is_coming || !threads_.withdraw(*each)) continue;
    each->is_coming = false;
    --coming_;
    end(*each);
  }
}

void BoundedExecutor::end(Turn& turn) noexcept {
  idle_.push_back(&turn);
  if (idle_.size() == turns_.size()) all_idle_.notify_all();
}

}  // namespace mastic::threads
