#include "mastic/async/cancel_scope.h"

#include <utility>

#include "mastic/async/context.h"

namespace mastic::async {

CancelScope::CancelScope(CancelScope& outer) : context_(outer.context_), outer_(&outer) {}

void CancelScope::request_stop() noexcept {
  MASTIC_ASSERT(Context::running() == &context_);  // no other thread stops a part of it
  stopping_.store(true, std::memory_order_release);
  if (std::exchange(noted_, true)) return;
  context_.note_stop(*this);
}

/// It goes in the run in which it asked to be stopped.
void CancelScope::forget_stop() noexcept { context_.forget_stop(*this); }

void CancelScope::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  next_to_stop_ = nullptr;
  for (CancelScope* to_stop = this; to_stop != nullptr;) {
    CancelScope& scope = *std::exchange(to_stop, to_stop->next_to_stop_);
    for (CancelScope* inside = scope.first_active_; inside != nullptr;
         inside = inside->next_active_) {
      inside->next_to_stop_ = std::exchange(to_stop, inside);
    }
    scope.cancel_started();  // it may cease to be active, and those around it that were done
  }
}

void CancelScope::cancel_started() noexcept {
  for (Operation* next = started_.first(); next != nullptr;) {
    Operation& operation = *std::exchange(next, OperationQueue::next(*next));
    if (operation.cancel() == Operation::Cancel::Coming) continue;
    operation.cancelled_ = true;
    operation.complete();
  }
}

void CancelScope::activate() noexcept {
  for (CancelScope* at = this; at->outer_ != nullptr && !at->active_; at = at->outer_) {
    at->active_ = true;
    at->previous_active_ = nullptr;
    at->next_active_ = std::exchange(at->outer_->first_active_, at);
    if (at->next_active_ != nullptr) at->next_active_->previous_active_ = at;
  }
}

void CancelScope::deactivate() noexcept {
  for (CancelScope* at = this; at->outer_ != nullptr; at = at->outer_) {
    if (!at->active_ || !at->started_.empty() || at->first_active_ != nullptr) return;
    at->active_ = false;
    (at->previous_active_ == nullptr ? at->outer_->first_active_
                                     : at->previous_active_->next_active_) = at->next_active_;
    if (at->next_active_ != nullptr) at->next_active_->previous_active_ = at->previous_active_;
  }
}

}  // namespace mastic::async
