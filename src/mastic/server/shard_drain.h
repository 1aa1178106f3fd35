// The drain of a shard, as its requests see it.

#pragma once

#include <stop_token>

#include "mastic/app/draining.h"
#include "mastic/loop/fire_stop.h"
#include "mastic/loop/loop.h"

namespace mastic::server {

class ShardDrain final : public app::DrainSignal {
 public:
  explicit ShardDrain(loop::Loop& loop) : loop_(loop) {}

  [[nodiscard]] std::stop_token token() override { return stop_.token(); }
  /// On the loop.
  void begin() noexcept {
    event().set();
    stop_.fire(loop_);
  }

 private:
  loop::Loop& loop_;
  loop::LateStop stop_;
};

}  // namespace mastic::server
