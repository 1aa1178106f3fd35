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
  std::ranges::sort(mutexes, std::less<>());
  const auto twice = std::ranges::unique(mutexes);  // two lines of one channel share one
  mutexes_ = mutexes.first(mutexes.size() - twice.size());

  // Nobody can claim it while all of this is held, nor before: so what one branch takes here is all
  // that is taken.
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
  if (is_claimed_.exchange(true)) return false;
  chosen_ = &waiting;
  return true;
}

}  // namespace mastic::async
