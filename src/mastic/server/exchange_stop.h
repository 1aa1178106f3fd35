// The stop token of an exchange, and why it fired.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "mastic/app/draining.h"
#include "mastic/loop/fire_stop.h"

namespace mastic::server {

/// The stop source of an exchange. The source fires only once, so the first reason is kept.
class ExchangeStop {
 public:
  /// Returns the token, which is created when it is first asked for. May be called from any thread.
  /// Throws std::bad_alloc.
  [[nodiscard]] std::stop_token token() { return stop_.token(); }
  /// Why the token fired, or nullopt while it has not fired. May be called from any thread.
  [[nodiscard]] std::optional<app::StopReason> reason() const {
    const std::uint8_t reason = reason_.load();
    if (reason == kNotFired) return std::nullopt;
    return static_cast<app::StopReason>(reason);
  }
  /// Fires the token. The reason is stored first, so that callbacks of the token can ask for it.
  /// Called on the loop.
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
