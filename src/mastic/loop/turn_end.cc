#include "mastic/loop/turn_end.h"

namespace mastic::loop {

/// Listeners that outlive their loop are taken out of the loop's lists, so that their destructors
/// do not touch the loop.
TurnEnd::~TurnEnd() {
  for (Head& head : heads_) {
    while (head.waits_for_turn_end()) head.next_->unlink();
  }
}

void TurnEnd::add(TurnEndListener& listener) noexcept {
  const auto rank = static_cast<std::uint8_t>(listener.rank());
  MASTIC_ASSERT(rank >= least_, {"rank", rank}, {"least", least_});
  if (listener.waits_for_turn_end()) return;
  Head& head = heads_[rank];
  listener.next_ = &head;
  listener.previous_ = head.previous_;
  head.previous_->next_ = &listener;
  head.previous_ = &listener;
  ranks_ |= static_cast<std::uint8_t>(1u << rank);
}

/// Each listener leaves the list before it is called, so that it may destroy itself. Lists are
/// taken in rising order of rank, so listeners that are added during a call are called in the same
/// pass.
void TurnEnd::tell_all() noexcept {
  for (std::uint8_t rank = 0; rank < kRanks; ++rank) {
    least_ = static_cast<std::uint8_t>(rank + 1);
    for (Head& head = heads_[rank]; head.waits_for_turn_end();) {
      auto& listener = static_cast<TurnEndListener&>(*head.next_);
      listener.unlink();
      listener.turn_ends();
    }
  }
  ranks_ = 0;
  least_ = 0;
}

}  // namespace mastic::loop
