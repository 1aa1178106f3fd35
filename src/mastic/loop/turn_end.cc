#include "mastic/loop/turn_end.h"

namespace mastic::loop {

/// A listener that outlives its loop is told no more, and finds nothing here to leave.
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

/// Each leaves the list before it is told, so that it may go, or be added for the next turn once all
/// of this one were told.
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
