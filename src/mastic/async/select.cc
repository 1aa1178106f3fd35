#include "mastic/async/select.h"

#include <algorithm>
#include <functional>

namespace mastic::async {

bool SelectOperation::wait(CancelScope& scope, std::coroutine_handle<> waiter,
                           std::span<Waiter* const> branches, std::span<std::mutex*> mutexes) {
  if (scope.stop_requested()) {
    refuse();
    return false;
  }
  branches_ = branches;
  std::ranges::transform(branches, mutexes.begin(),
                         [](const Waiter* each) { return each->mutex_; });
  // All selects lock in the order of addresses, so they cannot deadlock (invariant 1).
  std::ranges::sort(mutexes, std::less<>());
  const auto twice = std::ranges::unique(mutexes);  // the queues of one channel share a mutex
  mutexes_ = mutexes.first(mutexes.size() - twice.size());

  // With all mutexes held, no other thread can claim this select; and it is in no queue yet. So at
  // most one branch takes something.
  Waker waker(mutexes_);
  for (Waiter* const branch : branches_) {
    if (!branch->take_now(waker)) continue;
    chosen_ = branch;
    return false;
  }
  for (Waiter* const branch : branches_) branch->line_->push_back(*branch, *this);
  is_in_lines_ = true;
  submit(scope, waiter);
  return true;
}

void SelectOperation::leave() noexcept {
  // If a branch had what it wants at once, the select has entered no queue.
  if (std::exchange(is_in_lines_, false)) leave_lines();
}

Waiter& SelectOperation::finish_select() {
  leave();
  finish_await();
  return *chosen_;
}

void SelectOperation::take_off_lines() noexcept {
  for (Waiter* const branch : branches_) branch->take_off_lines();
}

bool SelectOperation::claim(Waiter& waiting) noexcept {
  // Two threads may get here at the same time, each with the mutex of another queue held.
  if (is_claimed_.exchange(true)) return false;
  chosen_ = &waiting;
  return true;
}

}  // namespace mastic::async
