// Results that are yet to come.
//
//     threads::Future<Report> report = pool.submit([] { return make_report(); });
//     ...
//     send(report.get());          // waits; throws what the task threw
//     send(co_await report);       // the same in an async::Task, without holding a thread
//
// Without a pool, make a Promise:
//
//     threads::Promise<int> answer("the question");
//     threads::Future<int> future = answer.future();
//     answer.set(42);
//
// An exception that is not collected (by get, then, error or co_await) goes to the UncaughtHook.
// For a result that several threads ask for, there is `share` (shared_future.h).

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
template <class T>
class SharedFuture;

namespace detail {

/// How a continuation gets the value: a Future gives it away, a SharedFuture shows it.
template <class Source>
struct Passed;
template <class T>
struct Passed<Future<T>> {
  using Value = T;
  using type = T;
};
template <class T>
struct Passed<SharedFuture<T>> {
  using Value = T;
  using type = const T&;
};
template <>
struct Passed<SharedFuture<void>> {
  using Value = void;
  using type = void;
};

/// Whether F takes the value. If it does, `then` calls F with the value, and only when there is a
/// value. Otherwise `then` calls F with the future.
template <class T, class F>
struct TakesValue : std::bool_constant<std::invocable<F&, T>> {};
template <class F>
struct TakesValue<void, F> : std::bool_constant<std::invocable<F&>> {};
template <class Source, class F>
inline constexpr bool kTakesValue = TakesValue<typename Passed<Source>::type, F>::value;

template <class Source, class T, class F, bool kTakesIt>
struct FollowerResult : std::invoke_result<F&, T> {};
template <class Source, class F>
struct FollowerResult<Source, void, F, true> : std::invoke_result<F&> {};
template <class Source, class T, class F>
struct FollowerResult<Source, T, F, false> : std::invoke_result<F&, Source> {};
/// The value of the future that `then` returns.
template <class Source, class F>
using FollowerValue =
    typename FollowerResult<Source, typename Passed<Source>::type, F, kTakesValue<Source, F>>::type;

}  // namespace detail

/// The result of a task that runs elsewhere. One thread at a time may use it; `share` makes a
/// future that several threads may use. Destroying a future neither cancels the task nor waits for
/// it.
///
/// `get` and `then` use a future up: the future is empty afterwards, as after a move. Using an
/// empty future throws std::logic_error.
template <class T = void>
class Future {
 public:
  Future() = default;
  /// Makes the future of `state`, which other code will end. Requires: the state has no other
  /// future.
  explicit Future(StateReference<FutureResult<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) noexcept = default;

  /// Waits for the result. Throws what the task threw, or TaskLost when the task was not run to its
  /// end. The future is empty afterwards.
  ///
  /// In a thread of the task's own pool, `get` and `wait` run the task themselves if it has not
  /// begun: otherwise every thread of the pool could wait for a task in the queue, forever. Both
  /// throw NestedTooDeep, and run nothing, when too many tasks are nested on that thread's stack
  /// already (ThreadPool::Options::max_nested).
  T get() {
    state().wait();
    const StateReference<FutureResult<T>> state = std::move(state_);
    if (std::exception_ptr error = state->take_error()) std::rethrow_exception(error);
    state->value_taken();
    if constexpr (!std::is_void_v<T>) return std::move(state->value());
  }
  /// Waits until the task is done.
  void wait() const { state().wait(); }
  /// Waits until the task is done, at most for `longest`. Returns whether it is done.
  [[nodiscard]] bool wait_for(base::Duration longest) const {
    return state().wait_until(base::from_now(longest));
  }
  /// Whether the task is done.
  [[nodiscard]] bool is_done() const { return state().is_done(); }
  /// How far the task is at this moment, without waiting: pending, running, done, failed or
  /// cancelled. The last three are final. Asking does not count as collecting an exception.
  [[nodiscard]] Progress progress() const { return state().progress(); }
  /// Waits, and returns the exception of the task or null. The exception then counts as collected.
  [[nodiscard]] std::exception_ptr error() const {
    state().wait();
    return state().collect_error();
  }

  /// Cancels the task, or asks it to stop when it is running already; the result says which.
  Cancel cancel() { return state().cancel(); }

  /// Calls `function` with the result once the task is done: on the thread that ends the task, or
  /// at once when the task is done already. Returns a future for what `function` returns. The
  /// function takes
  /// - a T: then it is called only when the task has not failed; when the task has failed, the
  /// returned future fails with the same error;
  /// - or a Future<T>, which is done: then it is called in any case.
  /// Cancelling the returned future cancels this task.
  template <class F>
  auto then(F&& function) -> Future<detail::FollowerValue<Future, std::decay_t<F>>>;

  /// Turns this future into a SharedFuture, which may be copied and asked any number of times
  /// (shared_future.h). This future is empty afterwards.
  [[nodiscard]] SharedFuture<T> share() {
    (void)state();
    return SharedFuture<T>(std::move(state_));
  }

  /// Whether the future was used up, moved from, or default-constructed.
  [[nodiscard]] bool is_empty() const { return !state_; }

  /// The state, for functions that wait for several futures (wait.h).
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

/// Makes a future and gives it a result. One thread at a time may use the promise. If the promise
/// is destroyed before it has given a result, the future throws TaskLost.
template <class T = void>
class Promise {
 public:
  /// Makes a promise; `name` appears in messages about the promise.
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

  /// Returns the future. Throws std::logic_error when `future` is called a second time.
  [[nodiscard]] Future<T> future() {
    if (std::exchange(has_future_, true)) throw std::logic_error("a promise has one future");
    return Future<T>(StateReference<FutureResult<T>>(state_));
  }
  /// Declares that the work begins: from now on Future::cancel can only ask for a stop
  /// (stop_token). Returns false when the future was cancelled before; then there is nothing to do.
  [[nodiscard]] bool begin() {
    has_begun_ = has_begun_ || state_->begin();
    return has_begun_;
  }
  /// The token that Future::cancel stops while the work runs.
  [[nodiscard]] std::stop_token stop_token() const { return state_->stop_token(); }

  /// Gives the result. Does nothing after a cancel. Throws std::logic_error when there is a result
  /// already.
  template <class... U>
    requires std::constructible_from<FutureValue<T>, U...>
  void set(U&&... value) {
    if (!may_end()) return;
    state_->store([&] { return FutureValue<T>(std::forward<U>(value)...); });
    end(nullptr);
  }
  /// Gives an exception as the result. Does nothing after a cancel. Throws std::logic_error when
  /// there is a result already. Requires: `error` is not null.
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

/// The state of the future that `then` returns. Source is the type of the future that this state
/// follows.
template <class Source, class F>
class Follower final : public FutureResult<FollowerValue<Source, F>>, private FutureContinuation {
  using T = typename Passed<Source>::Value;
  static constexpr bool kIsShared = std::same_as<Source, SharedFuture<T>>;

 public:
  template <class G>
  Follower(StateReference<FutureResult<T>> before, G&& function)
      : FutureResult<FollowerValue<Source, F>>({}, FutureState::Stoppable::No),
        before_(std::move(before)),
        function_(std::in_place, std::forward<G>(function)) {}

  /// Begins to follow the first future. Call `start` once, after construction: it may call `run` at
  /// once, and a reference has to keep this object alive during that call.
  void start() {
    this->add_reference();
    followed()->follow(*this);
  }

 private:
  FutureContinuation* run() noexcept override {
    const StateReference<Follower> self(this);
    // Fails only if this state was cancelled alone, which is possible when it follows a shared
    // future.
    const bool has_begun = this->begin();
    StateReference<FutureResult<T>> first = followed();
    if (!has_begun) {
      forget();
      return nullptr;
    }
    this->name_if_nameless(first->name());
    std::exception_ptr error;
    try {
      error = follow(first);
    } catch (...) {
      error = std::current_exception();
    }
    drop();
    forget();
    first = {};
    return this->tell(std::move(error));
  }
  std::exception_ptr follow(const StateReference<FutureResult<T>>& first) {
    if constexpr (!kTakesValue<Source, F>) {
      this->store(*function_, Source(first));
    } else if (std::exception_ptr error =
                   kIsShared ? first->collect_error() : first->take_error()) {
      return error;
    } else if constexpr (std::is_void_v<T>) {
      this->store(*function_);
    } else if constexpr (kIsShared) {
      this->store(*function_, std::as_const(first->value()));
    } else {
      this->store(*function_, std::move(first->value()));
    }
    return nullptr;
  }
  void forget() {
    const std::lock_guard lock(this->mutex());
    before_ = {};
  }
  StateReference<FutureState> before() override { return followed(); }
  bool cancels_before() const override { return !kIsShared; }
  void drop() noexcept override { function_.drop(this->name()); }
  StateReference<FutureResult<T>> followed() {
    const std::lock_guard lock(this->mutex());
    return before_;
  }

  StateReference<FutureResult<T>> before_;  ///< guarded by the mutex; empty once `run` has finished
  Disposable<F> function_;
};

}  // namespace detail

namespace detail {

/// Makes a state that follows `before`, and returns the future of that state.
template <class Source, class F>
auto follow(StateReference<FutureResult<typename Passed<Source>::Value>> before, F&& function) {
  using Following = Follower<Source, std::decay_t<F>>;
  const StateReference<Following> follower(
      new Following(std::move(before), std::forward<F>(function)));
  follower->start();
  using Value = FollowerValue<Source, std::decay_t<F>>;
  return Future<Value>(StateReference<FutureResult<Value>>(follower));
}

}  // namespace detail

template <class T>
template <class F>
auto Future<T>::then(F&& function) -> Future<detail::FollowerValue<Future, std::decay_t<F>>> {
  (void)state();
  return detail::follow<Future>(std::move(state_), std::forward<F>(function));
}

// ---- co_await ----

namespace detail {

/// The operation of `co_await future`. Source is the reference or value type on which `get` is
/// called, for instance `Future<T>&`.
template <class T, class Source>
class FutureAwait final : public async::RemoteOperation, private FutureWatcher {
 public:
  explicit FutureAwait(Source&& future) : future_(future), state_(future.reference()) {}
  ~FutureAwait() override { state_->unwatch(*this); }

  decltype(auto) await_resume() {
    finish_await();
    return static_cast<Source&&>(future_).get();
  }

 private:
  void begin() override {
    if (!state_->watch(*this)) complete_remotely();
  }
  Cancel cancel() noexcept override {
    return state_->unwatch(*this) ? Cancel::GivenUp : Cancel::Coming;
  }
  void done() noexcept override { complete_remotely(); }

  std::remove_reference_t<Source>& future_;
  StateReference<FutureResult<T>> state_;
};

}  // namespace detail

/// `co_await future` in an async::Task is `get` without blocking the thread. When the awaiting task
/// is cancelled, the future's own task continues: cancel the future to stop that task.
template <class T>
[[nodiscard]] auto operator co_await(Future<T>& future) {
  return detail::FutureAwait<T, Future<T>&>(future);
}
template <class T>
[[nodiscard]] auto operator co_await(Future<T>&& future) {
  return detail::FutureAwait<T, Future<T>&>(future);
}

}  // namespace mastic::threads
