// Why and when an exchange is to stop.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "mastic/app/draining.h"
#include "mastic/loop/fire_stop.h"

namespace mastic::server {

/// The stop source of an exchange, with the reason for which it fired. It fires once, so the first
/// reason stays.
class ExchangeStop {
 public:
  /// From any thread; made when it is first asked for.
  [[nodiscard]] std::stop_token token() { return stop_.token(); }
  /// From any thread: nothing while it has not fired.
  [[nodiscard]] std::optional<app::StopReason> reason() const {
    const std::uint8_t reason = reason_.load();
    if (reason == kNotFired) return std::nullopt;
    return static_cast<app::StopReason>(reason);
  }
  /// On the loop. The reason is there before a callback of the token can ask for it.
  void fire(app::StopReason reason, loop::Loop& loop) noexcept {
    if (reason_ != kNotFired) return;
    reason_ = static_cast<std::uint8_t>(reason);
    stop_.fire(loop);
  }

 private:
  static constexpr std::uint8_t kNotFired = 0xff;

  loop::LateStop stop_;
  std::atomic<std::uint8_t> reason_{kNotFired};
};

}  // namespace mastic::server
