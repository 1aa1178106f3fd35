#include "mastic/net/server_shard.h"

namespace mastic::net {

void ServerShard::order(async::Message& message) {
  orders_.fetch_add(1);
  loop_.post(message);
}

void ServerShard::drain() noexcept {
  close();
  owner_.shard_closed();
  draining_ = true;
  drain_all();
  loop_.arm(drain_timer_, base::after(loop_.now(), drain_timeout_));
  orders_.fetch_sub(1);
  check_settled();
}

void ServerShard::abort() noexcept {
  abort_all();
  orders_.fetch_sub(1);
  check_settled();
}

void ServerShard::deadline() noexcept {
  if (is_empty()) return;
  log_.write(base::Level::Warning, "the drain deadline has passed; what is left is cancelled");
  abort_all();
}

void ServerShard::check_settled() noexcept {
  if (!draining_ || !is_empty() || orders_.load() != 0) return;
  drain_timer_.disarm();
  settled_ = true;
  owner_.shard_settled();
}

bool ServerShard::may_log() noexcept {
  constexpr base::Duration kBetween = std::chrono::seconds(1);
  if (loop_.now() - logged_ < kBetween) return false;
  logged_ = loop_.now();
  return true;
}

}  // namespace mastic::net
