// A result that several threads or tasks may read.
//
//     threads::SharedFuture<Config> config = pool.submit(read_config).share();
//     for (int i = 0; i < 4; ++i) pool.submit([config] { serve(config.get()); });
//
// Include this file where Future::share is called.

#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "mastic/base/attributes.h"
#include "mastic/threads/future.h"

namespace mastic::threads {

/// The result of a task, which may be read any number of times. Copies are cheap and refer to the
/// same task; several threads may use one SharedFuture at once. The value stays where it is until
/// the last copy is gone.
///
/// Using an empty SharedFuture throws std::logic_error.
template <class T = void>
class SharedFuture {
  using Shown = typename detail::Passed<SharedFuture>::type;

 public:
  SharedFuture() = default;
  /// Makes a SharedFuture for `state`, which other code will end. Requires: no Future takes the
  /// value of `state`.
  explicit SharedFuture(StateReference<FutureResult<T>> state) : state_(std::move(state)) {}

  /// Waits for the result and returns a reference to the value, which lives as long as any copy of
  /// this future. Throws what the task threw, the same exception to every caller, or TaskLost when
  /// the task was not run to its end. In a thread of the task's own pool, `get` may run the task,
  /// as Future::get does.
  Shown get() const& MASTIC_LIFETIMEBOUND {
    state().wait();
    if (std::exception_ptr error = state().collect_error()) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<T>) return state().value();
  }
  /// Waits for the result and returns a copy of the value, because a temporary future does not keep
  /// the value alive.
  T get() && { return std::as_const(*this).get(); }
  /// Waits until the task is done.
  void wait() const { state().wait(); }
  /// Waits until the task is done, at most for `longest`. Returns whether it is done.
  [[nodiscard]] bool wait_for(base::Duration longest) const {
    return state().wait_until(base::from_now(longest));
  }
  /// Whether the task is done.
  [[nodiscard]] bool is_done() const { return state().is_done(); }
  /// How far the task is at this moment, without waiting.
  [[nodiscard]] Progress progress() const { return state().progress(); }
  /// Waits, and returns the exception of the task or null. The exception then counts as collected.
  [[nodiscard]] std::exception_ptr error() const {
    state().wait();
    return state().collect_error();
  }

  /// Cancels the task for all copies, or asks it to stop when it is running already; the result
  /// says which.
  Cancel cancel() const { return state().cancel(); }

  /// Calls `function` with the result once the task is done, as Future::then does. `then` may be
  /// called any number of times; functions are called in the order in which they were added. The
  /// function takes a const T& or a SharedFuture<T>. Cancelling the returned future does not cancel
  /// this task, because other code may wait for this task.
  template <class F>
  auto then(F&& function) const -> Future<detail::FollowerValue<SharedFuture, std::decay_t<F>>> {
    (void)state();
    return detail::follow<SharedFuture>(state_, std::forward<F>(function));
  }

  /// Whether the future was moved from or default-constructed.
  [[nodiscard]] bool is_empty() const { return !state_; }

  /// The state, for functions that wait for several futures (wait.h).
  [[nodiscard]] const StateReference<FutureResult<T>>& reference() const {
    (void)state();
    return state_;
  }

 private:
  [[nodiscard]] FutureResult<T>& state() const {
    if (!state_) throw std::logic_error("the future is empty: it was moved from, or never set");
    return *state_.get();
  }

  StateReference<FutureResult<T>> state_;
};

/// `co_await shared` in an async::Task is `get` without blocking the thread: it gives a reference
/// to the value of a named future, and a copy of the value of a temporary. When the awaiting task
/// is cancelled, the future's own task continues.
template <class T>
[[nodiscard]] auto operator co_await(const SharedFuture<T>& future) {
  return detail::FutureAwait<T, const SharedFuture<T>&>(future);
}
template <class T>
[[nodiscard]] auto operator co_await(SharedFuture<T>&& future) {
  return detail::FutureAwait<T, SharedFuture<T>>(std::move(future));
}

}  // namespace mastic::threads
