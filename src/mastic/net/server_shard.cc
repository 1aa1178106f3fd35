#include "mastic/net/server_lane.h"

namespace mastic::net {

void ServerLane::order(async::Message& message) {
  orders_.fetch_add(1);
  loop_.post(message);
}

void ServerLane::drain() noexcept {
  close();
  owner_.lane_closed();
  draining_ = true;
  drain_all();
  loop_.arm(drain_timer_, base::after(loop_.now(), drain_timeout_));
  orders_.fetch_sub(1);
  check_settled();
}

void ServerLane::abort() noexcept {
  abort_all();
  orders_.fetch_sub(1);
  check_settled();
}

void ServerLane::deadline() noexcept {
  if (is_empty()) return;
  log_.write(base::Level::Warning, "the drain deadline has passed; what is left is cancelled");
  abort_all();
}

void ServerLane::check_settled() noexcept {
  if (!draining_ || !is_empty() || orders_.load() != 0) return;
  drain_timer_.disarm();
  settled_ = true;
  owner_.lane_settled();
}

bool ServerLane::may_log() noexcept {
  constexpr base::Duration kBetween = std::chrono::seconds(1);
  if (loop_.now() - logged_ < kBetween) return false;
  logged_ = loop_.now();
  return true;
}

}  // namespace mastic::net
