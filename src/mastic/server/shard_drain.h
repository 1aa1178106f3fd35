// The drain signal of a shard, for its requests.

#pragma once

#include <stop_token>

#include "mastic/app/draining.h"
#include "mastic/loop/fire_stop.h"
#include "mastic/loop/loop.h"

namespace mastic::server {

/// Tells requests, by an event and a stop token, that their shard drains.
class ShardDrain final : public app::DrainSignal {
 public:
  /// `loop` is the loop of the shard, and must outlive this object.
  explicit ShardDrain(loop::Loop& loop) : loop_(loop) {}

  [[nodiscard]] std::stop_token token() override { return stop_.token(); }
  /// Fires the signal. Called on the loop.
  void begin() noexcept {
    event().set();
    stop_.fire(loop_);
  }

 private:
  loop::Loop& loop_;
  loop::LateStop stop_;
};

}  // namespace mastic::server
