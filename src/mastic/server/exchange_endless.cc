// How an exchange keeps content without an end going, and ends it (app::Endless).

#include <algorithm>
#include <utility>

#include "mastic/server/exchange.h"

namespace mastic::server {

/// Notes whether the content that is now produced is endless, and looks after it by the timer of
/// the exchange.
void Exchange::begin_endless() noexcept {
  endless_ = response_->body.endless();
  if (endless_ == nullptr) return;
  last_piece_ = shard_.loop().now();
  if (stop_.reason()) return end_endless();  // the client has left meanwhile
  if (shard_.is_draining()) drain_began();
  const base::Instant look = next_heartbeat();
  if (look != kNever && (!is_armed() || due() > look)) shard_.loop().arm(*this, look);
}

/// Ends endless content as if its source had ended it. What the source awaits is cancelled; if it
/// has a piece already, the piece is sent.
void Exchange::end_endless() noexcept {
  endless_ = nullptr;
  is_ending_ = true;
  if (std::exchange(waits_for_room_, false)) return go_on(end_content());
  stop();
}

/// Sends a heartbeat, or ends the content, when one of these is due.
void Exchange::keep_going(base::Instant now) noexcept {
  if (now >= ends_at_) return end_endless();
  if (now < next_heartbeat()) return;
  last_piece_ = now;
  if (has_room()) (void)sink_->send_piece(endless_->heartbeat_text, nullptr);
}

base::Instant Exchange::next_heartbeat() const noexcept {
  if (endless_ == nullptr || endless_->heartbeat == base::Duration::zero()) return kNever;
  return base::after(last_piece_, endless_->heartbeat);
}

void Exchange::drain_began() noexcept {
  if (endless_ == nullptr) return;
  const base::Duration most = shard_.options().drain_timeout / 2;
  constexpr int kShares = 1 << 10;
  const base::Duration share = most / kShares * static_cast<int>(id() % kShares);
  ends_at_ = base::after(shard_.loop().now(), share);
  if (!is_armed() || due() > ends_at_) shard_.loop().arm(*this, ends_at_);
}

}  // namespace mastic::server
