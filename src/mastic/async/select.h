// Waiting for the first of several channels, events and semaphores, without losing what the others
// have.
//
//     auto first = co_await select(orders.receive(), returns.receive(), request.draining());
//     if (first.index() == 0) ...              // std::get<0>(first) is what orders.receive() gave
//
// A limit is put around it: `co_await with_timeout(select(...), 5s)`. For tasks and sleeps beside each
// other there is when_any (when.h).

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

/// What select and when_any give for a vector.
template <class T>
struct FirstOf {
  std::size_t index;  ///< of the one that was first
  T value;            ///< std::monostate when it gives nothing
};

/// An operation that stands in a line: a receive, a send, a wait for an Event, for a permit or for a
/// Mutex; or one that has such an operation and shows it.
template <class A>
concept Selectable = Awaitable<A> && (std::derived_from<A, Waiter> || requires(A& operation) {
                       { operation.waiter() } -> std::same_as<Waiter&>;
                     });

/// An await that stands in several lines at once, and is served in one of them. What is written here
/// once for every kind of `select`.
///
/// 1. It looks at all of its lines, and enters all, in one step, with the mutexes of all held: they
///    are taken in the order of their addresses, so that two selects never wait for each other.
/// 2. From then on the first who claims it serves it. Whoever comes second, in another line, finds it
///    claimed, and turns to the next in that line.
/// 3. Served, it still has places in the other lines; it leaves them when its task goes on.
class SelectOperation : public LineOperation {
 protected:
  SelectOperation() = default;
  /// Requires: `other` was not awaited yet.
  SelectOperation(SelectOperation&& other) noexcept : LineOperation(std::move(other)) {}
  ~SelectOperation() override = default;

  /// In user code: true when the task is to wait; false when it is stopped, or one has what it wants.
  /// `mutexes` has room for as many as there are branches; both stay until `leave`.
  bool wait(CancelScope& scope, std::coroutine_handle<> waiter, std::span<Waiter* const> branches,
            std::span<std::mutex*> mutexes);
  /// In user code, before the branches go: it stands in no line any more.
  void leave() noexcept;
  /// Leaves, and gives the branch that has what it waited for. Throws Cancelled: then none has.
  Waiter& finish_select();

 private:
  [[nodiscard]] std::span<std::mutex* const> mutexes() const noexcept final { return mutexes_; }
  void take_off_lines() noexcept final;
  [[nodiscard]] bool claim(Waiter& waiting) noexcept final;

  std::span<Waiter* const> branches_;
  std::span<std::mutex* const> mutexes_;
  std::atomic<bool> is_claimed_{false};
  Waiter* chosen_ = nullptr;  ///< of whoever has claimed it
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

/// What `select` gives to await.
template <Selectable... A>
class [[nodiscard]] Select final : public SelectOperation {
 public:
  /// What the await gives: the place in the variant says which operation was first.
  using Result = std::variant<detail::NonVoid<Awaited<A>>...>;

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

/// What `select` of a vector gives to await.
template <Selectable A>
class [[nodiscard]] SelectOf final : public SelectOperation {
 public:
  /// What the await gives.
  using Result = FirstOf<detail::NonVoid<Awaited<A>>>;

  /// Takes the operations. Throws std::invalid_argument when there are none.
  explicit SelectOf(std::vector<A> operations)
      : operations_(std::move(operations)), mutexes_(operations_.size()) {
    if (operations_.empty()) throw std::invalid_argument("select of no operation");
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

/// Waits until one of the operations has what it waits for, and gives that: its place is the variant's
/// index, and std::monostate stands for what gives nothing. Nothing is taken from the others: what
/// channels hold stays there, no permit is held, nothing is sent. When several could go on at once,
/// the first of them in the order given does. Throws Cancelled: then nothing was taken at all.
///
/// A receive from a channel that is closed and empty has what it waits for, which is nothing, and so
/// is always the first: leave it out from then on.
template <Selectable... A>
  requires(sizeof...(A) > 0)
[[nodiscard]] Select<A...> select(A... operations) {
  return Select<A...>(std::move(operations)...);
}
/// Waits in the same way for as many operations of one kind as the vector has, and says which was
/// first. Throws std::invalid_argument when there are none.
template <Selectable A>
[[nodiscard]] SelectOf<A> select(std::vector<A> operations) {
  return SelectOf<A>(std::move(operations));
}

}  // namespace mastic::async
