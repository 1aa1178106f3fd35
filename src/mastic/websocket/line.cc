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

Sent Line::offer(std::unique_ptr<QueuedFrame>& item) {
  async::Waker waker(mutex_);
  // Those who wait have come before. The end of a message in pieces never waits.
  const bool may_wait = item->part != QueuedFrame::Part::End && phase_ == Phase::Open;
  if (may_wait && rare_ && waiting_for(*item).most_wanted != 0) return Sent::Full;
  const Sent sent = offer_now(item);
  if (sent != Sent::Taken) return sent;
  signal();
  serve(waker);
  return sent;
}

async::WaitQueue& Line::queue_for(const QueuedFrame& item) {
  const std::lock_guard lock(mutex_);
  if (!rare_) rare_ = std::make_unique<Rare>(mutex_);
  return waiting_for(item).queue;
}

bool Line::WaitForRoom::take_now(async::Waker&) {
  std::uint64_t& most_wanted = line_->waiting_for(*item_).most_wanted;
  const bool is_first = most_wanted == 0 || line_->phase_ != Phase::Open;
  sent_ = is_first ? line_->offer_now(item_) : Sent::Full;
  if (sent_ == Sent::Taken) line_->signal();
  if (sent_ == Sent::Full) most_wanted = std::max(most_wanted, item_->cost());
  return sent_ != Sent::Full;
}

void Line::close(CloseCode code, std::string_view reason) {
  close({.code = code, .reason = std::string(reason)}, true);
}

void Line::close_here(const Closed& how) { close(how, false); }

void Line::close(const Closed& how, bool signals) {
  auto order = std::make_unique<QueuedFrame>();
  order->kind = QueuedFrame::Kind::Close;
  order->code = how.code;
  if (!how.by_peer) order->data = how.reason;
  auto ending = std::make_unique<Ending>(how);
  async::Waker waker(mutex_);
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  ending_ = std::move(ending);
  enqueue(std::move(order));
  serve(waker);
  if (signals) signal();
}

void Line::order(QueuedFrame::Kind kind, const topics::Topic& topic) {
  auto item = std::make_unique<QueuedFrame>();
  item->kind = kind;
  item->topic = std::make_unique<topics::Topic>(topic);
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::Open) return;
  if (!rare_) rare_ = std::make_unique<Rare>(mutex_);
  rare_->orders.push_back(std::move(item));
  signal();
}

std::optional<Closed> Line::closed() const {
  if (is_open()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return ending_ ? ending_->how : Closed();
}

// ---- with the mutex held ----

Sent Line::offer_now(std::unique_ptr<QueuedFrame>& item) noexcept {
  using Part = QueuedFrame::Part;
  if (phase_ != Phase::Open) return Sent::Closed;
  const bool is_new = item->part == Part::Whole || item->part == Part::Begin;
  if (is_new && is_in_pieces_) return Sent::Full;
  // The end of a message makes room for others, so it never waits.
  if (item->part != Part::End && !has_room(item->cost())) return Sent::Full;
  is_in_pieces_ = item->part == Part::Begin || item->part == Part::Piece;
  if (item->part == Part::Begin) {
    item.reset();
  } else {
    enqueue(std::move(item));
  }
  return Sent::Taken;
}

void Line::enqueue(std::unique_ptr<QueuedFrame> item) noexcept {
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

void Line::serve(async::Waker& waker) noexcept {
  if (!rare_) return;
  serve(rare_->waiting_pieces, waker);
  serve(rare_->waiting, waker);
}

/// Lets those who wait put their frames into the queue, while there is room for the most expensive
/// one of them, or tells them that the socket is closed.
void Line::serve(Waiting& waiting, async::Waker& waker) noexcept {
  const auto may_go_on = [&] {
    if (phase_ != Phase::Open) return true;
    return has_room(waiting.most_wanted) && (&waiting == &rare_->waiting_pieces || !is_in_pieces_);
  };
  while (waiting.most_wanted != 0 && may_go_on()) {
    auto* const first = static_cast<WaitForRoom*>(waiting.queue.claim_first());
    if (first == nullptr) {
      waiting.most_wanted = 0;
      return;
    }
    first->sent_ = offer_now(first->item_);
    waker.serve(*first);
  }
}

// ---- for the session ----

Line::Taken Line::take(std::uint64_t bytes) noexcept {
  Taken taken;
  const std::lock_guard lock(mutex_);
  for (std::uint64_t size = 0; !queue_.empty() && size < bytes;) {
    auto item = queue_.pop_front();
    size += item->data.size();
    queue_bytes_ -= item->cost();
    taken.items.push_back(std::move(item));
  }
  taken.more_wait = !queue_.empty();
  return taken;
}

bool Line::has_left(std::uint64_t unsent) noexcept {
  async::Waker waker(mutex_);
  waiting_bytes_ = queue_bytes_ + unsent;
  serve(waker);
  return !queue_.empty();
}

void Line::detach(const Closed* how) noexcept {
  {
    async::Waker waker(mutex_);
    if (how != nullptr) {
      try {
        ending_ = std::make_unique<Ending>(*how);
      } catch (const std::bad_alloc&) {
        ending_.reset();  // reported as an abnormal end, which is not far from the truth
      }
    }
    phase_ = Phase::Closed;
    queue_.clear();
    waiting_bytes_ -= std::exchange(queue_bytes_, 0);
    serve(waker);
  }
  session_ = nullptr;
  feeds.reset();
}

void Line::deliver() noexcept {
  const LineRef self = LineRef::adopt(*this);
  SendQueue orders = [this] {
    const std::lock_guard lock(mutex_);
    posted_ = false;
    return rare_ ? std::move(rare_->orders) : SendQueue();
  }();
  if (session_ != nullptr) session_->line_has_news(std::move(orders));
}

}  // namespace mastic::websocket
