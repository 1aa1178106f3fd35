#include "mastic/net/server_shard.h"

namespace mastic::net {

ServerShard::~ServerShard() {
  if (goes_) owner_->shard_gone();
}

/// The message is a member of the shard, so nothing is allocated. Retiring the shard on its loop
/// destroys it after the objects that it has retired earlier, because those may refer to the shard.
void ServerShard::go(std::unique_ptr<ServerShard> shard) noexcept {
  ServerShard& going = *shard.release();
  going.loop_.post(going.go_order_);
}

void ServerShard::go_ordered() noexcept {
  goes_ = true;
  loop_.retire(std::unique_ptr<ServerShard>(this));
}

/// Counts the order before it is posted. Otherwise the loop could destroy the shard as settled
/// while the message is on its way.
void ServerShard::order(async::Message& message) noexcept {
  orders_.fetch_add(1);
  loop_.post(message);
}

void ServerShard::drain_ordered() noexcept {
  drain();
  order_done();
}

void ServerShard::abort_ordered() noexcept {
  end_at_once();
  order_done();
}

void ServerShard::order_done() noexcept {
  orders_.fetch_sub(1);
  check_settled();
}

void ServerShard::drain() noexcept {
  close();
  if (owner_ != nullptr) owner_->shard_closed();
  draining_ = true;
  drain_all();
  loop_.arm(drain_timer_, base::after(loop_.now(), drain_timeout_));
  check_settled();
}

void ServerShard::deadline() noexcept {
  if (!is_empty()) {
    log_.write(base::Level::Warning, "the drain deadline has passed; remaining work is aborted");
  }
  end_at_once();
  check_settled();
}

void ServerShard::end_at_once() noexcept {
  aborting_ = true;
  abort_all();
}

/// The deadline stays armed after the shard has settled: a connection may still be on its way from
/// another shard. That shard drains later than this one if its loop was held up.
void ServerShard::check_settled() noexcept {
  if (!draining_ || !is_empty() || orders_.load() != 0) return;
  settled_ = true;
  if (owner_ != nullptr) owner_->shard_settled();
}

}  // namespace mastic::net
