#include "mastic/async/cancel_scope.h"

#include <utility>

#include "mastic/async/context.h"

namespace mastic::async {

CancelScope::CancelScope(CancelScope& outer) : context_(outer.context_), outer_(&outer) {}

void CancelScope::request_stop() noexcept {
  // Only user code of the context may stop a part of it; other code stops the whole context.
  MASTIC_ASSERT(Context::running() == &context_);
  stopping_.store(true, std::memory_order_release);
  if (std::exchange(noted_, true)) return;
  context_.note_stop(*this);
}

/// The scope is destroyed in the run that asked for its stop, so the context must not stop it any
/// more.
void CancelScope::forget_stop() noexcept { context_.forget_stop(*this); }

void CancelScope::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  // Scopes may nest deeply, so the nested ones are visited with a list (`to_stop`) and not by
  // recursion. They are put on the list before `cancel_started`, which unlinks scopes that have
  // become inactive, this one and those around it.
  next_to_stop_ = nullptr;
  for (CancelScope* to_stop = this; to_stop != nullptr;) {
    CancelScope& scope = *std::exchange(to_stop, to_stop->next_to_stop_);
    for (CancelScope* inside = scope.first_active_; inside != nullptr;
         inside = inside->next_active_) {
      inside->next_to_stop_ = std::exchange(to_stop, inside);
    }
    scope.cancel_started();
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
  // A scope that is active already is linked all the way up, so there the loop ends.
  for (CancelScope* at = this; at->outer_ != nullptr && !at->active_; at = at->outer_) {
    at->active_ = true;
    at->previous_active_ = nullptr;
    at->next_active_ = std::exchange(at->outer_->first_active_, at);
    if (at->next_active_ != nullptr) at->next_active_->previous_active_ = at;
  }
}

void CancelScope::deactivate() noexcept {
  for (CancelScope* at = this; at->outer_ != nullptr; at = at->outer_) {
    // The first scope that still has something in progress stays linked, and so do those around it.
    if (!at->active_ || !at->started_.empty() || at->first_active_ != nullptr) return;
    at->active_ = false;
    (at->previous_active_ == nullptr ? at->outer_->first_active_
                                     : at->previous_active_->next_active_) = at->next_active_;
    if (at->next_active_ != nullptr) at->next_active_->previous_active_ = at->previous_active_;
  }
}

}  // namespace mastic::async
