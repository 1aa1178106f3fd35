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

/// A bounded queue that carries values between tasks, which may belong to different contexts. Use
/// it as Channel or PriorityChannel, whose stores decide which value comes next. The channel holds
/// up to `capacity` values, in memory that the constructor allocates. Waiting senders and waiting
/// receivers are each served in the order they came.
///
///     Channel<Line> lines(16);
///     const bool sent = co_await lines.send(std::move(line));  // false: the channel is closed
///     while (auto line = co_await lines.receive()) use(*line);
///
/// After `close`, the values in the channel can still be received; after them, `receive` gives
/// std::nullopt. A channel may be used from any thread; code that is not in a task uses the try_
/// functions. The channel must outlive the tasks that wait for it.
///
/// If receivers report each value with `task_done` when they have processed it, `join` waits for
/// that work to be done, and not only for the values to be received.
template <class T, class Store>
class BasicChannel {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "a Channel moves its values while others wait: wrap T in a std::unique_ptr");

 public:
  /// The await that `send` returns. It gives true if the value was sent, and false if the channel
  /// was closed.
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

  /// The await that `receive` returns. It gives a value, or std::nullopt if the channel is closed
  /// and empty.
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

  /// The await that `join` returns.
  class [[nodiscard]] Join final : public Waiter {
   public:
    void await_resume() const { finish_await(); }

   private:
    friend class BasicChannel;
    explicit Join(BasicChannel& channel) : Waiter(channel.joiners_), channel_(&channel) {}
    [[nodiscard]] bool take_now(Waker&) override { return channel_->unfinished_ == 0; }
    BasicChannel* channel_;
  };

  /// Makes a channel that holds up to `capacity` values. With 0, each sender waits until a receiver
  /// has taken its value.
  explicit BasicChannel(std::size_t capacity) : store_(capacity) {}

  /// Waits until the channel has room for the value or, with a capacity of 0, until a receiver has
  /// taken it. If the channel is closed before that, gives false, and the value is destroyed. If
  /// the await throws Cancelled, the value was not sent.
  [[nodiscard]] Send send(T value) { return Send(*this, std::move(value)); }
  /// Waits for a value. Gives std::nullopt if the channel is closed and empty. If the await throws
  /// Cancelled, no value was taken.
  [[nodiscard]] Receive receive() { return Receive(*this); }

  /// Sends `value` if that is possible without waiting. Returns false, and leaves `value`
  /// unchanged, if there is no room or the channel is closed.
  [[nodiscard]] bool try_send(T&& value);
  /// Sends a copy of `value` if that is possible without waiting. Returns false if there is no room
  /// or the channel is closed.
  [[nodiscard]] bool try_send(const T& value) { return try_send(T(value)); }
  /// Takes the next value without waiting, or returns std::nullopt if the channel holds no value
  /// and no sender waits.
  [[nodiscard]] std::optional<T> try_receive();

  /// Reports that a received value has been processed. Throws std::logic_error if called more often
  /// than values were sent.
  void task_done();
  /// Waits until every value that was sent has been reported by task_done. Throws Cancelled if the
  /// task is cancelled meanwhile.
  [[nodiscard]] Join join() { return Join(*this); }
  /// How many values were sent and have not been reported by task_done.
  [[nodiscard]] std::size_t unfinished() const;

  /// Closes the channel: nothing more can be sent, and waiting sends give false. Does nothing if
  /// the channel is closed already.
  void close() noexcept;
  /// Whether the channel was closed; it may still hold values to receive.
  [[nodiscard]] bool is_closed() const;
  /// How many values the channel holds.
  [[nodiscard]] std::size_t size() const;

 private:
  // These four are called with the mutex held.
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

/// Hands `value` to the first receiver that waits, or stores it. Returns false if no receiver waits
/// and the store is full.
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
  // A sender waits only while the store is full: its value takes the place that becomes free.
  if (store_.capacity() == 0) return std::move(send.value_);
  T value = store_.pop();
  store_.push(std::move(send.value_));
  return value;
}

template <class T, class Store>
bool BasicChannel<T, Store>::send_now(Waker& waker, Send& send) {
  // A closed channel ends the await at once. Its result is `sent_`, which stays false.
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

/// The store of Channel: values in the order they came.
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

/// The store of PriorityChannel: the smallest value comes first.
template <class T, class Before>
class ValueHeap {
 public:
  explicit ValueHeap(std::size_t capacity) : capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("PriorityChannel: capacity must be at least 1");
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

/// A channel that gives values in the order they were sent.
template <class T>
using Channel = BasicChannel<T, detail::ValueRing<T>>;

/// A channel that gives the smallest of its values first, and of equal values the one that was sent
/// first. `Before` compares them and must not throw. A sender that waits for room keeps its place
/// in the queue, however urgent its value is. The constructor throws std::invalid_argument if the
/// capacity is 0.
template <class T, class Before = std::less<T>>
using PriorityChannel = BasicChannel<T, detail::ValueHeap<T, Before>>;

}  // namespace mastic::async
