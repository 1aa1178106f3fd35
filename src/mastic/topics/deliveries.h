// The outlets of a loop that have messages to deliver.

#pragma once

#include <cstddef>

#include "mastic/async/callbacks.h"
#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/turn_end.h"

namespace mastic::topics {

class Outlet;

/// Has the outlets of its loop deliver at the end of a turn. In one turn at most kMaxDeliveries
/// messages are delivered on the loop, whatever their topics; the outlets take turns, so a topic
/// with many subscribers does not hold up the others.
class Deliveries final : private loop::TurnEndListener {
 public:
  static constexpr std::size_t kMaxDeliveries = 1024;

  explicit Deliveries(loop::Loop& loop)
      : loop::TurnEndListener(loop::TurnEndRank::Topics), loop_(loop) {}

  /// Has `outlet`, which is in no queue, deliver its messages.
  void add(Outlet& outlet) noexcept;

 private:
  void turn_ends() noexcept override;
  void go_on() noexcept { loop_.tell_at_turn_end(*this); }

  loop::Loop& loop_;
  async::MessageQueue waiting_;
  /// Wakes the loop for its next turn.
  async::MessageTo<Deliveries, &Deliveries::go_on> next_turn_{*this};
};

}  // namespace mastic::topics
