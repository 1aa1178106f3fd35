#include "mastic/websocket/line.h"

#include <algorithm>
#include <utility>

#include "mastic/async/context.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {

// ---- references ----

LineRef::LineRef(Line* line) noexcept : line_(line) {
  if (line_ != nullptr) line_->references_.fetch_add(1, std::memory_order_relaxed);
}

LineRef LineRef::adopt(Line& line) noexcept {
  LineRef adopted;
  adopted.line_ = &line;
  return adopted;
}

LineRef::~LineRef() {
  if (line_ != nullptr && line_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete line_;
  }
}

// ---- from any thread ----

Sent Line::offer(std::unique_ptr<Outgoing>& item) {
  const std::lock_guard lock(mutex_);
  // Those who wait have come before.
  if (most_wanted_ != 0 && phase_ == Phase::Open) return Sent::Full;
  const Sent sent = offer_now(item);
  if (sent == Sent::Taken) signal();
  return sent;
}

bool Line::WaitForRoom::take_now(async::Waker&) {
  sent_ = line_->most_wanted_ != 0 ? Sent::Full : line_->offer_now(item_);
  if (line_->phase_ != Phase::Open) sent_ = Sent::Closed;
  if (sent_ == Sent::Taken) line_->signal();
  if (sent_ == Sent::Full) line_->most_wanted_ = std::max(line_->most_wanted_, item_->cost());
  return sent_ != Sent::Full;
}

void Line::close(CloseCode code, std::string_view reason) {
  close({.code = code, .reason = std::string(reason)}, true);
}

void Line::close_here(const Closed& how) { close(how, false); }

void Line::close(const Closed& how, bool signals) {
  auto order = std::make_unique<Outgoing>();
  order->kind = Outgoing::Kind::Close;
  order->code = how.code;
  if (!how.by_peer) order->data = how.reason;
  auto kept = std::make_unique<Closed>(how);
  async::Waker waker(mutex_);
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  closed_ = std::move(kept);
  enqueue(std::move(order));
  serve(waker);
  if (signals) signal();
}

void Line::order(Outgoing::Kind kind, const topics::Topic& topic) {
  auto item = std::make_unique<Outgoing>();
  item->kind = kind;
  item->topic = std::make_unique<topics::Topic>(topic);
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::Open) return;
  orders_.push_back(std::move(item));
  signal();
}

std::optional<Closed> Line::closed() const {
  if (is_open()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return closed_ ? *closed_ : Closed();
}

// ---- with the mutex held ----

Sent Line::offer_now(std::unique_ptr<Outgoing>& item) noexcept {
  if (phase_ != Phase::Open) return Sent::Closed;
  if (!has_room(item->cost())) return Sent::Full;
  enqueue(std::move(item));
  return Sent::Taken;
}

void Line::enqueue(std::unique_ptr<Outgoing> item) noexcept {
  queue_bytes_ += item->cost();
  waiting_bytes_ += item->cost();
  queue_.push_back(std::move(item));
}

/// The loop is there: a socket that is not closed has a session, and a session has a loop.
void Line::signal() noexcept {
  if (std::exchange(posted_, true)) return;
  references_.fetch_add(1, std::memory_order_relaxed);
  async::Context* const here = async::Context::running();
  if (here != nullptr && &here->executor() == &loop_) {
    here->deliver_after_run(*this);
  } else {
    loop_.post(*this);
  }
}

/// Lets those who wait put their items into the queue, while there is room for the most expensive
/// one of them, or tells them that the socket is closed.
void Line::serve(async::Waker& waker) noexcept {
  while (most_wanted_ != 0 && (phase_ != Phase::Open || has_room(most_wanted_))) {
    auto* const first = static_cast<WaitForRoom*>(waiting_.claim_first());
    if (first == nullptr) {
      most_wanted_ = 0;
      return;
    }
    first->sent_ = offer_now(first->item_);
    waker.serve(*first);
  }
}

void Line::end(const Closed* how, Phase phase) noexcept {
  if (how != nullptr) {
    try {
      closed_ = std::make_unique<Closed>(*how);
    } catch (const std::bad_alloc&) {
      closed_.reset();  // reported as an abnormal end, which is not far from the truth
    }
  }
  phase_ = phase;
  queue_.clear();
  waiting_bytes_ -= std::exchange(queue_bytes_, 0);
}

// ---- for the session ----

OutgoingQueue Line::take(std::uint64_t bytes) noexcept {
  OutgoingQueue taken;
  const std::lock_guard lock(mutex_);
  for (std::uint64_t size = 0; !queue_.empty() && size < bytes;) {
    auto item = queue_.pop_front();
    size += item->data.size();
    queue_bytes_ -= item->cost();
    taken.push_back(std::move(item));
  }
  return taken;
}

OutgoingQueue Line::take_orders() noexcept {
  const std::lock_guard lock(mutex_);
  return std::move(orders_);
}

void Line::has_left(std::uint64_t unsent) noexcept {
  async::Waker waker(mutex_);
  waiting_bytes_ = queue_bytes_ + unsent;
  serve(waker);
}

void Line::begin_to_close(const Closed& how) noexcept {
  async::Waker waker(mutex_);
  end(phase_ == Phase::Open ? &how : nullptr, Phase::Closing);
  serve(waker);
}

void Line::detach(const Closed* how) noexcept {
  {
    async::Waker waker(mutex_);
    end(how, Phase::Closed);
    serve(waker);
  }
  session_ = nullptr;
  feeds.reset();
}

void Line::deliver() noexcept {
  const LineRef self = LineRef::adopt(*this);
  {
    const std::lock_guard lock(mutex_);
    posted_ = false;
  }
  if (session_ != nullptr) session_->line_has_news();
}

}  // namespace mastic::websocket
