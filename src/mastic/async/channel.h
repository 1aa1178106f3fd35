// Bounded queues between tasks.

#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/async/waiter.h"
#include "mastic/base/stable_heap.h"

namespace mastic::async {

/// Carries values from tasks to tasks, of whatever contexts. Use Channel or PriorityChannel: the
/// store decides which value comes next. Holds up to `capacity` values, in memory taken at the
/// beginning. Who waits first is served first, on both sides.
///
///     Channel<Line> lines(16);
///     const bool sent = co_await lines.send(std::move(line));  // false: nobody wants it any more
///     while (auto line = co_await lines.receive()) use(*line);
///
/// After `close`, what is held can still be received, and then comes nothing. From any thread;
/// threads that are not tasks have the try_ functions. It outlives those who wait at it.
///
/// Receivers that report each value by `task_done` when they are through with it let `join` wait
/// for the work, and not just for the values to be taken.
template <class T, class Store>
class BasicChannel {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "a Channel moves its values while others wait: wrap T in a std::unique_ptr");

 public:
  /// What `send` gives to await: whether the value was sent.
  class [[nodiscard]] Send final : public Waiter {
   public:
    [[nodiscard]] bool await_resume() const {
      finish_await();
      return sent_;
    }

   private:
    friend class BasicChannel;
    Send(BasicChannel& channel, T&& value)
        : Waiter(channel.senders_), channel_(&channel), value_(std::move(value)) {}
    [[nodiscard]] bool take_now(Waker& waker) override { return channel_->send_now(waker, *this); }
    BasicChannel* channel_;
    T value_;
    bool sent_ = false;
  };

  /// What `receive` gives to await: a value, or nothing at the end.
  class [[nodiscard]] Receive final : public Waiter {
   public:
    [[nodiscard]] std::optional<T> await_resume() {
      finish_await();
      return std::move(value_);
    }

   private:
    friend class BasicChannel;
    explicit Receive(BasicChannel& channel) : Waiter(channel.receivers_), channel_(&channel) {}
    [[nodiscard]] bool take_now(Waker& waker) override {
      return channel_->receive_now(waker, *this);
    }
    BasicChannel* channel_;
    std::optional<T> value_;
  };

  /// What `join` gives to await.
  class [[nodiscard]] Join final : public Waiter {
   public:
    void await_resume() const { finish_await(); }

   private:
    friend class BasicChannel;
    explicit Join(BasicChannel& channel) : Waiter(channel.joiners_), channel_(&channel) {}
    [[nodiscard]] bool take_now(Waker&) override { return channel_->unfinished_ == 0; }
    BasicChannel* channel_;
  };

  /// Makes a channel that holds up to `capacity` values; with 0, a value goes from hand to hand.
  explicit BasicChannel(std::size_t capacity) : store_(capacity) {}

  /// Waits for room, and for a capacity of 0 until it was received. False when the channel was
  /// closed before that: then the value is gone. Throws Cancelled: then it was not sent.
  [[nodiscard]] Send send(T value) { return Send(*this, std::move(value)); }
  /// Waits for a value; nothing when the channel is closed and empty. Throws Cancelled: then none
  /// was taken.
  [[nodiscard]] Receive receive() { return Receive(*this); }

  /// False when it would have to wait, or the channel is closed; then `value` is as it was.
  [[nodiscard]] bool try_send(T&& value);
  [[nodiscard]] bool try_send(const T& value) { return try_send(T(value)); }
  /// Nothing when none is held and no sender waits.
  [[nodiscard]] std::optional<T> try_receive();

  /// Reports that a value that was received has been dealt with. Throws std::logic_error when it is
  /// called more often than values were sent.
  void task_done();
  /// Waits until every value that was sent has been reported by task_done. Throws Cancelled.
  [[nodiscard]] Join join() { return Join(*this); }
  /// How many values were sent and not reported by task_done.
  [[nodiscard]] std::size_t unfinished() const;

  /// Nothing more can be sent; who waits to send learns so. May be called again.
  void close() noexcept;
  /// Whether it was closed; values may still be received.
  [[nodiscard]] bool is_closed() const;
  /// How many values it holds.
  [[nodiscard]] std::size_t size() const;

 private:
  // With the mutex held:
  bool send_now(Waker& waker, Send& send);
  bool receive_now(Waker& waker, Receive& receive);
  bool give(Waker& waker, T& value);
  std::optional<T> take(Waker& waker);

  mutable std::mutex mutex_;
  WaitQueue senders_{mutex_};    ///< empty while there is room
  WaitQueue receivers_{mutex_};  ///< empty while there are values
  WaitQueue joiners_{mutex_};    ///< empty while nothing is unfinished
  Store store_;
  std::size_t unfinished_ = 0;
  bool closed_ = false;
};

/// True when a receiver or the channel has the value.
template <class T, class Store>
bool BasicChannel<T, Store>::give(Waker& waker, T& value) {
  if (Waiter* const first = receivers_.claim_first()) {
    static_cast<Receive&>(*first).value_.emplace(std::move(value));
    waker.serve(*first);
  } else if (store_.size() < store_.capacity()) {
    store_.push(std::move(value));
  } else {
    return false;
  }
  ++unfinished_;
  return true;
}

template <class T, class Store>
std::optional<T> BasicChannel<T, Store>::take(Waker& waker) {
  Waiter* const first = senders_.claim_first();
  if (first == nullptr) return store_.size() > 0 ? std::optional<T>(store_.pop()) : std::nullopt;
  auto& send = static_cast<Send&>(*first);
  send.sent_ = true;
  ++unfinished_;
  waker.serve(send);
  if (store_.capacity() == 0) return std::move(send.value_);
  T value = store_.pop();
  store_.push(std::move(send.value_));
  return value;
}

template <class T, class Store>
bool BasicChannel<T, Store>::send_now(Waker& waker, Send& send) {
  if (closed_) return true;
  return send.sent_ = give(waker, send.value_);
}

template <class T, class Store>
bool BasicChannel<T, Store>::receive_now(Waker& waker, Receive& receive) {
  receive.value_ = take(waker);
  return receive.value_ || closed_;
}

template <class T, class Store>
bool BasicChannel<T, Store>::try_send(T&& value) {
  Waker waker(mutex_);
  return !closed_ && give(waker, value);
}

template <class T, class Store>
std::optional<T> BasicChannel<T, Store>::try_receive() {
  Waker waker(mutex_);
  return take(waker);
}

template <class T, class Store>
void BasicChannel<T, Store>::task_done() {
  Waker waker(mutex_);
  if (unfinished_ == 0) {
    throw std::logic_error("task_done() was called more often than values were sent");
  }
  if (--unfinished_ > 0) return;
  while (Waiter* const first = joiners_.claim_first()) waker.serve(*first);
}

template <class T, class Store>
void BasicChannel<T, Store>::close() noexcept {
  Waker waker(mutex_);
  closed_ = true;
  while (Waiter* const first = receivers_.claim_first()) waker.serve(*first);
  while (Waiter* const first = senders_.claim_first()) waker.serve(*first);
}

template <class T, class Store>
bool BasicChannel<T, Store>::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

template <class T, class Store>
std::size_t BasicChannel<T, Store>::unfinished() const {
  const std::lock_guard lock(mutex_);
  return unfinished_;
}

template <class T, class Store>
std::size_t BasicChannel<T, Store>::size() const {
  const std::lock_guard lock(mutex_);
  return store_.size();
}

namespace detail {

/// Values in the order they came.
template <class T>
class ValueRing {
 public:
  explicit ValueRing(std::size_t capacity) : ring_(capacity) {}

  [[nodiscard]] std::size_t capacity() const { return ring_.size(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  void push(T&& value) {
    std::size_t at = first_ + size_;
    if (at >= ring_.size()) at -= ring_.size();
    ring_[at].emplace(std::move(value));
    ++size_;
  }
  T pop() {
    T value = *std::move(ring_[first_]);
    ring_[first_].reset();
    if (++first_ == ring_.size()) first_ = 0;
    --size_;
    return value;
  }

 private:
  std::vector<std::optional<T>> ring_;
  std::size_t first_ = 0;  ///< where in `ring_` the values begin
  std::size_t size_ = 0;
};

/// Values of which the smallest comes first.
template <class T, class Before>
class ValueHeap {
 public:
  explicit ValueHeap(std::size_t capacity) : capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("a PriorityChannel needs room for a value");
    heap_.reserve(capacity);
  }

  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  void push(T&& value) { heap_.push(std::move(value)); }
  T pop() { return heap_.pop(); }

 private:
  const std::size_t capacity_;
  base::StableHeap<T, Before> heap_;
};

}  // namespace detail

/// Gives values in the order they were sent. With a capacity of 0 a sender waits until its value
/// was taken.
template <class T>
using Channel = BasicChannel<T, detail::ValueRing<T>>;

/// Gives the smallest of the values that it holds first, by Before, which must not throw; of equal
/// ones, the one that was sent first. A sender that waits for room keeps its place in line, however
/// urgent its value is. Throws std::invalid_argument when it is made with a capacity of 0.
template <class T, class Before = std::less<T>>
using PriorityChannel = BasicChannel<T, detail::ValueHeap<T, Before>>;

}  // namespace mastic::async
