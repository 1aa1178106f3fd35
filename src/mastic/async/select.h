// Waiting for the first of several channels, events and semaphores, without taking anything from
// the others.
//
//     auto first = co_await select(orders.receive(), returns.receive(), request.draining());
//     if (first.index() == 0) ...              // std::get<0>(first) is what orders.receive() gave
//
// To limit the wait, put with_timeout around it: `co_await with_timeout(select(...), 5s)`. Tasks
// and sleeps cannot be selected; use when_any (when.h) for them.

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <mutex>
#include <optional>
#include <source_location>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "mastic/async/awaitable.h"
#include "mastic/async/waiter.h"

namespace mastic::async {

/// The result of select and when_any for a vector: which element came first, and what it gave.
template <class T>
struct FirstOf {
  std::size_t index;  ///< the index of the element that came first
  T value;            ///< the result of that element, or std::monostate if it is void
};

/// An operation that `select` can wait for: a receive or send of a channel, or a wait for an Event,
/// a permit or a Mutex. A type that contains such an operation satisfies this too, if its member
/// `waiter()` returns it.
template <class A>
concept Selectable = Awaitable<A> && (std::derived_from<A, Waiter> || requires(A& operation) {
                       { operation.waiter() } -> std::same_as<Waiter&>;
                     });

/// An await that is in several queues at once, and is served in one of them. This is the common
/// part of Select and SelectOf.
///
/// 1. It checks all of its queues and enters them in one step, with all of their mutexes held. The
///    mutexes are locked in the order of their addresses, so that two selects cannot deadlock.
/// 2. From then on the first thread that claims the select serves it. A thread that comes second,
///    through another queue, finds the select claimed and goes to the next waiter in that queue.
/// 3. After a select has been served, it still has places in the other queues. It leaves them when
///    its task resumes.
class SelectOperation : public LineOperation {
 protected:
  SelectOperation() = default;
  /// Requires: `other` was not awaited yet.
  SelectOperation(SelectOperation&& other) noexcept : LineOperation(std::move(other)) {}
  ~SelectOperation() override = default;

  /// Returns true if the task has to wait, and false if it is stopped or a branch has what it
  /// wants. `mutexes` is storage for one pointer per branch; both spans stay valid until `leave`.
  /// Called in user code.
  bool wait(CancelScope& scope, std::coroutine_handle<> waiter, std::span<Waiter* const> branches,
            std::span<std::mutex*> mutexes);
  /// Leaves all queues. Called in user code, before the branches are destroyed.
  void leave() noexcept;
  /// Leaves all queues and returns the branch that has what it waited for. If this throws
  /// Cancelled, no branch has it, and nothing was taken.
  Waiter& finish_select();

 private:
  [[nodiscard]] std::span<std::mutex* const> mutexes() const noexcept final { return mutexes_; }
  void take_off_lines() noexcept final;
  [[nodiscard]] bool claim(Waiter& waiting) noexcept final;

  std::span<Waiter* const> branches_;
  std::span<std::mutex* const> mutexes_;
  std::atomic<bool> is_claimed_{false};
  Waiter* chosen_ = nullptr;  ///< the served branch; written only by the claiming thread
  bool is_in_lines_ = false;
};

namespace detail {

template <Selectable A>
Waiter& waiter_of(A& operation) {
  if constexpr (std::derived_from<A, Waiter>) {
    return operation;
  } else {
    return operation.waiter();
  }
}

template <Selectable A>
NonVoid<Awaited<A>> value_of_branch(A& operation) {
  if constexpr (std::is_void_v<Awaited<A>>) {
    operation.await_resume();
    return {};
  } else {
    return operation.await_resume();
  }
}

}  // namespace detail

/// The await that `select` returns.
template <Selectable... A>
class [[nodiscard]] Select final : public SelectOperation {
 public:
  /// The result of the await. The index of the variant says which operation was first.
  using Result = std::variant<detail::NonVoid<Awaited<A>>...>;

  /// Takes the operations.
  explicit Select(A... operations) : operations_(std::move(operations)...) {}
  Select(Select&&) = default;
  ~Select() override { leave(); }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    const auto list = [](auto&... each) { return std::array{&detail::waiter_of(each)...}; };
    branches_ = std::apply(list, operations_);
    return wait(*waiter.promise().scope, waiter, branches_, mutexes_);
  }
  Result await_resume() { return value_of(finish_select(), std::index_sequence_for<A...>()); }

 private:
  template <std::size_t... I>
  Result value_of(const Waiter& chosen, std::index_sequence<I...>) {
    std::optional<Result> result;
    const auto is_chosen = [&](std::size_t i) { return branches_[i] == &chosen; };
    ((is_chosen(I) &&
      (result.emplace(std::in_place_index<I>, detail::value_of_branch(std::get<I>(operations_))),
       true)) ||
     ...);
    return *std::move(result);
  }

  std::tuple<A...> operations_;
  std::array<Waiter*, sizeof...(A)> branches_{};
  std::array<std::mutex*, sizeof...(A)> mutexes_{};
};

/// The await that `select` of a vector returns.
template <Selectable A>
class [[nodiscard]] SelectOf final : public SelectOperation {
 public:
  /// The index of the operation that was chosen, and its result.
  using Result = FirstOf<detail::NonVoid<Awaited<A>>>;

  /// Takes the operations. Throws std::invalid_argument if the vector is empty.
  explicit SelectOf(std::vector<A> operations)
      : operations_(std::move(operations)), mutexes_(operations_.size()) {
    if (operations_.empty()) throw std::invalid_argument("select: the vector is empty");
    for (A& each : operations_) branches_.push_back(&detail::waiter_of(each));
  }
  SelectOf(SelectOf&&) = default;
  ~SelectOf() override { leave(); }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    return wait(*waiter.promise().scope, waiter, branches_, mutexes_);
  }
  Result await_resume() {
    const auto chosen = std::ranges::find(branches_, &finish_select());
    const auto index = static_cast<std::size_t>(chosen - branches_.begin());
    return {index, detail::value_of_branch(operations_[index])};
  }

 private:
  std::vector<A> operations_;
  std::vector<Waiter*> branches_;
  std::vector<std::mutex*> mutexes_;
};

/// Waits until one of the operations has what it waits for, and gives its result. The index of the
/// variant says which operation that was; std::monostate stands for the result of an operation that
/// gives void. Nothing is taken from the other operations: values stay in their channels, no permit
/// is held, nothing is sent. If several are ready at once, the first in the order of the arguments
/// is chosen. If the await throws Cancelled, nothing was taken at all.
///
/// A receive from a channel that is closed and empty is always ready, with std::nullopt. Leave that
/// receive out of later selects.
template <Selectable... A>
  requires(sizeof...(A) > 0)
[[nodiscard]] Select<A...> select(A... operations) {
  return Select<A...>(std::move(operations)...);
}
/// Like the `select` above, but for a vector of operations of one type: gives the index and the
/// result of the operation that was chosen. Throws std::invalid_argument if the vector is empty.
template <Selectable A>
[[nodiscard]] SelectOf<A> select(std::vector<A> operations) {
  return SelectOf<A>(std::move(operations));
}

}  // namespace mastic::async
