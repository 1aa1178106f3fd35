// Results that are yet to come.
//
//     threads::Future<Report> report = pool.submit([] { return make_report(); });
//     ...
//     send(report.get());          // waits; throws what the task threw
//     send(co_await report);       // the same in an async::Task, without holding a thread
//
// Whoever has no pool makes a Promise:
//
//     threads::Promise<int> answer("the question");
//     threads::Future<int> future = answer.future();
//     answer.set(42);
//
// An exception that nobody collects (get, then, error, co_await) goes to the UncaughtHook.

#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "mastic/async/remote_operation.h"
#include "mastic/threads/disposable.h"
#include "mastic/threads/future_state.h"

namespace mastic::threads {

template <class T>
class Future;

namespace detail {

/// Whether `then` calls F with the value, and only if there is one; otherwise with the future.
template <class T, class F>
struct TakesValue : std::bool_constant<std::invocable<F&, T>> {};
template <class F>
struct TakesValue<void, F> : std::bool_constant<std::invocable<F&>> {};

template <class T, class F, bool kTakesValue = TakesValue<T, F>::value>
struct FollowerResult : std::invoke_result<F&, T> {};
template <class F>
struct FollowerResult<void, F, true> : std::invoke_result<F&> {};
template <class T, class F>
struct FollowerResult<T, F, false> : std::invoke_result<F&, Future<T>> {};
/// What `then` has as its value.
template <class T, class F>
using FollowerValue = typename FollowerResult<T, F>::type;

}  // namespace detail

/// The result of a task that runs elsewhere. Belongs to one thread at a time. Dropping it neither
/// cancels the task nor waits for it.
///
/// `get` and `then` spend a future: it is empty then, as one that was moved from. To use an empty
/// future throws std::logic_error.
template <class T = void>
class Future {
 public:
  Future() = default;
  /// Of a state that somebody else ends. The state must have no other future.
  explicit Future(StateReference<FutureResult<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) noexcept = default;

  /// Waits for the result. Throws what the task threw, or TaskLost when it was not run to its end.
  ///
  /// In a thread of the pool that is to run the task, an earlier one would have to wait for a free
  /// thread forever: there `get` and `wait` run a task that has not begun themselves. They throw
  /// NestedTooDeep, and run nothing, when too many tasks stand on that thread's stack already
  /// (ThreadPool::Options::max_nested).
  T get() {
    state().wait();
    const StateReference<FutureResult<T>> state = std::move(state_);
    if (std::exception_ptr error = state->take_error()) std::rethrow_exception(error);
    state->value_taken();
    if constexpr (!std::is_void_v<T>) return std::move(state->value());
  }
  /// Waits until it is done.
  void wait() const { state().wait(); }
  /// The same for as long as `longest`; says whether it is done.
  [[nodiscard]] bool wait_for(base::Duration longest) const {
    return state().wait_until(base::from_now(longest));
  }
  [[nodiscard]] bool is_done() const { return state().is_done(); }
  /// Waits, and returns what the task threw, or null. It counts as collected.
  [[nodiscard]] std::exception_ptr error() const {
    state().wait();
    return state().collect_error();
  }

  /// Calls the task off, if that is still possible.
  Cancel cancel() { return state().cancel(); }

  /// Calls `function` with the result when that is there, on the thread that ends the task, or here
  /// and now. Its own result is what is returned. It takes
  /// - a T: then it is not called when the task failed, and the returned future fails as the task;
  /// - or a Future<T>, which is done: then it is called in any case.
  /// To cancel the returned future is to cancel this one.
  template <class F>
  auto then(F&& function) -> Future<detail::FollowerValue<T, std::decay_t<F>>>;

  [[nodiscard]] bool is_empty() const { return !state_; }

  /// The state, for what waits for several futures (wait.h).
  [[nodiscard]] const StateReference<FutureResult<T>>& reference() const {
    (void)state();
    return state_;
  }

 private:
  [[nodiscard]] FutureResult<T>& state() const {
    if (!state_) throw std::logic_error("the future is empty: its result was taken already");
    return *state_.get();
  }

  StateReference<FutureResult<T>> state_;
};

// ---- Promise ----

/// Makes a future, and ends it. The promise belongs to one thread at a time; it may end without a
/// result: then its future throws TaskLost.
template <class T = void>
class Promise {
 public:
  /// `name` stands in messages about it.
  explicit Promise(std::string name = {}) : state_(new State(std::move(name))) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise other) noexcept {
    std::swap(state_, other.state_);
    std::swap(has_future_, other.has_future_);
    std::swap(has_begun_, other.has_begun_);
    std::swap(has_ended_, other.has_ended_);
    return *this;
  }
  ~Promise() {
    if (!state_ || !has_future_ || has_ended_ || !begin()) return;
    state_->end_lost(TaskLost::Why::Abandoned, {});
  }

  /// Throws std::logic_error when it is called again.
  [[nodiscard]] Future<T> future() {
    if (std::exchange(has_future_, true)) throw std::logic_error("a promise has one future");
    return Future<T>(StateReference<FutureResult<T>>(state_));
  }
  /// Says that the work begins: from now on a cancel only asks (stop_token). False when it was
  /// cancelled before: then there is nothing to do.
  [[nodiscard]] bool begin() {
    has_begun_ = has_begun_ || state_->begin();
    return has_begun_;
  }
  /// What Future::cancel asks while the work runs.
  [[nodiscard]] std::stop_token stop_token() const { return state_->stop_token(); }

  /// Ends it. Throws std::logic_error when it has ended. After a cancel nothing happens.
  template <class... U>
    requires std::constructible_from<FutureValue<T>, U...>
  void set(U&&... value) {
    if (!may_end()) return;
    state_->store([&] { return FutureValue<T>(std::forward<U>(value)...); });
    end(nullptr);
  }
  /// The same with an exception. Requires: not null.
  void set_error(std::exception_ptr error) {
    if (may_end()) end(std::move(error));
  }

 private:
  struct State final : FutureResult<T> {
    explicit State(std::string name)
        : FutureResult<T>(std::move(name), FutureState::Stoppable::Yes) {}
  };

  [[nodiscard]] bool may_end() {
    if (has_ended_) throw std::logic_error("the promise has its result already");
    return begin();
  }
  void end(std::exception_ptr error) {
    has_ended_ = true;
    state_->end(std::move(error));
  }

  StateReference<FutureResult<T>> state_;
  bool has_future_ = false;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

// ---- then ----

namespace detail {

/// The state of the future that `then` returns.
template <class T, class F>
class Follower final : public FutureResult<FollowerValue<T, F>>, private FutureContinuation {
 public:
  template <class G>
  Follower(StateReference<FutureResult<T>> before, G&& function)
      : FutureResult<FollowerValue<T, F>>({}, FutureState::Stoppable::No),
        before_(std::move(before)),
        function_(std::in_place, std::forward<G>(function)) {}

  /// Once, after it was made: has `run` called.
  void start() {
    this->add_reference();
    followed()->follow(*this);
  }

 private:
  FutureContinuation* run() noexcept override {
    const StateReference<Follower> self(this);
    (void)this->begin();
    StateReference<FutureResult<T>> first = followed();
    this->name_if_nameless(first->name());
    std::exception_ptr error;
    try {
      error = follow(first);
    } catch (...) {
      error = std::current_exception();
    }
    function_.drop(this->name());
    {
      const std::lock_guard lock(this->mutex());
      before_ = {};
    }
    first = {};
    return this->tell(std::move(error));
  }
  std::exception_ptr follow(const StateReference<FutureResult<T>>& first) {
    if constexpr (!TakesValue<T, F>::value) {
      this->store(*function_, Future<T>(first));
    } else if (std::exception_ptr error = first->take_error()) {
      return error;
    } else if constexpr (std::is_void_v<T>) {
      this->store(*function_);
    } else {
      this->store(*function_, std::move(first->value()));
    }
    return nullptr;
  }
  StateReference<FutureState> before() override { return followed(); }
  StateReference<FutureResult<T>> followed() {
    const std::lock_guard lock(this->mutex());
    return before_;
  }

  StateReference<FutureResult<T>> before_;  ///< under the lock; nothing when its turn is over
  Disposable<F> function_;
};

}  // namespace detail

template <class T>
template <class F>
auto Future<T>::then(F&& function) -> Future<detail::FollowerValue<T, std::decay_t<F>>> {
  (void)state();
  using Follower = detail::Follower<T, std::decay_t<F>>;
  const StateReference<Follower> follower(
      new Follower(std::move(state_), std::forward<F>(function)));
  follower->start();
  using Value = detail::FollowerValue<T, std::decay_t<F>>;
  return Future<Value>(StateReference<FutureResult<Value>>(follower));
}

// ---- co_await ----

namespace detail {

template <class T>
class FutureAwait final : public async::RemoteOperation, private FutureWatcher {
 public:
  explicit FutureAwait(Future<T>& future) : future_(future), state_(future.reference()) {}
  ~FutureAwait() override { state_->unwatch(*this); }

  T await_resume() {
    finish_await();
    return future_.get();
  }

 private:
  void begin() override {
    if (!state_->watch(*this)) complete_remotely();
  }
  Cancel cancel() noexcept override {
    return state_->unwatch(*this) ? Cancel::GivenUp : Cancel::Coming;
  }
  void done() noexcept override { complete_remotely(); }

  Future<T>& future_;
  StateReference<FutureResult<T>> state_;
};

}  // namespace detail

/// `co_await future` in an async::Task is `get` without holding the thread. When the task is
/// cancelled meanwhile, the future's own task goes on: whoever wants it to stop cancels the future.
template <class T>
[[nodiscard]] auto operator co_await(Future<T>& future) {
  return detail::FutureAwait<T>(future);
}
template <class T>
[[nodiscard]] auto operator co_await(Future<T>&& future) {
  return detail::FutureAwait<T>(future);
}

}  // namespace mastic::threads
