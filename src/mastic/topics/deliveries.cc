#include "mastic/topics/deliveries.h"

#include "mastic/topics/outlet.h"

namespace mastic::topics {

void Deliveries::add(Outlet& outlet) noexcept {
  waiting_.push_back(outlet);
  loop_.tell_at_turn_end(*this);
}

void Deliveries::turn_ends() noexcept {
  std::size_t budget = kMaxDeliveries;
  while (budget > 0 && !waiting_.empty()) {
    auto& outlet = static_cast<Outlet&>(waiting_.pop_front());
    if (outlet.deliver_some(budget)) waiting_.push_back(outlet);
  }
  if (!waiting_.empty()) loop_.post(next_turn_);
}

}  // namespace mastic::topics
