// Running several tasks at once, to get all of their results or the first one.

#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "mastic/async/select.h"
#include "mastic/async/task_group.h"

namespace mastic::async {

namespace detail {

template <class T>
Child run_into(TaskGroup& group, std::source_location, Task<T> task,
               std::optional<NonVoid<T>>& value) {
  Inside<T> inside(group.scope(), task);
  value.emplace(co_await inside);
}

/// Awaits `task`. If it is the first to have a result, stores the result in `first` and cancels the
/// other tasks.
template <class T, class First, class Fill>
Child run_first(TaskGroup& group, std::source_location, Task<T> task, std::optional<First>& first,
                Fill fill) {
  Inside<T> inside(group.scope(), task);
  NonVoid<T> value = co_await inside;
  if (first) co_return;
  fill(first, std::move(value));
  group.cancel();
}

/// Takes the value out, or throws Cancelled if there is none. Requires: all tasks have ended.
template <class T>
T value_of(std::optional<T>& value) {
  if (!value) throw Cancelled();
  return *std::move(value);
}

template <class... T>
Task<std::tuple<NonVoid<T>...>> run_all(Task<T>... tasks) {
  CancelScope& outer = co_await CurrentCancelScope();
  std::tuple<std::optional<NonVoid<T>>...> values;
  TaskGroup group(outer);
  const auto spawn = [&](auto&... value) {
    (run_into(group, std::source_location(), std::move(tasks), value), ...);
  };
  std::apply(spawn, values);
  co_await group.all_ended();
  group.throw_failure();
  const auto unwrap = [](auto&... value) { return std::tuple<NonVoid<T>...>(value_of(value)...); };
  co_return std::apply(unwrap, values);
}

template <class T>
Task<std::vector<T>> run_all_of(std::vector<Task<T>> tasks) {
  CancelScope& outer = co_await CurrentCancelScope();
  std::vector<std::optional<T>> values(tasks.size());
  TaskGroup group(outer);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    run_into(group, std::source_location(), std::move(tasks[i]), values[i]);
  }
  co_await group.all_ended();
  group.throw_failure();
  std::vector<T> unwrapped;
  unwrapped.reserve(values.size());
  for (std::optional<T>& value : values) unwrapped.push_back(value_of(value));
  co_return unwrapped;
}

inline Task<> run_all_of(std::vector<Task<>> tasks) {
  CancelScope& outer = co_await CurrentCancelScope();
  std::vector<std::optional<std::monostate>> values(tasks.size());
  TaskGroup group(outer);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    run_into(group, std::source_location(), std::move(tasks[i]), values[i]);
  }
  co_await group.all_ended();
  group.throw_failure();
  for (auto& value : values) value_of(value);
}

template <std::size_t... I, class... T>
Task<std::variant<NonVoid<T>...>> run_any(std::index_sequence<I...>, Task<T>... tasks) {
  using First = std::variant<NonVoid<T>...>;
  CancelScope& outer = co_await CurrentCancelScope();
  std::optional<First> first;
  TaskGroup group(outer);
  (run_first(group, std::source_location(), std::move(tasks), first,
             [](std::optional<First>& filled, auto&& value) {
               filled.emplace(std::in_place_index<I>, std::move(value));
             }),
   ...);
  co_await group.all_ended();
  group.throw_failure();
  co_return value_of(first);
}

template <class T>
Task<FirstOf<NonVoid<T>>> run_any_of(std::vector<Task<T>> tasks) {
  using First = FirstOf<NonVoid<T>>;
  if (tasks.empty()) throw std::invalid_argument("when_any: the vector is empty");
  CancelScope& outer = co_await CurrentCancelScope();
  std::optional<First> first;
  TaskGroup group(outer);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto fill = [i](std::optional<First>& filled, NonVoid<T>&& value) {
      filled.emplace(i, std::move(value));
    };
    run_first(group, std::source_location(), std::move(tasks[i]), first, fill);
  }
  co_await group.all_ended();
  group.throw_failure();
  co_return value_of(first);
}

}  // namespace detail

/// Runs tasks (or operations) concurrently and gives all of their results as a tuple, in the order
/// of the arguments; std::monostate stands for void. The first task that throws cancels the others;
/// when these have ended, its exception is thrown.
///
///     auto [user, notes] = co_await when_all(find_user(id), find_notes(id));
template <Awaitable... A>
  requires(sizeof...(A) > 0)
[[nodiscard]] Task<std::tuple<detail::NonVoid<Awaited<A>>...>> when_all(A... tasks) {
  return detail::run_all(detail::as_task(std::move(tasks))...);
}
/// Runs a vector of tasks concurrently and gives all of their results: as a Task<std::vector<T>>,
/// or as a Task<> if T is void.
template <class T>
[[nodiscard]] auto when_all(std::vector<Task<T>> tasks) {
  return detail::run_all_of(std::move(tasks));
}

/// Runs tasks (or operations) concurrently until the first has a result. Then cancels the other
/// tasks, waits for them to end, and gives the first result; the index of the variant says which
/// task gave it. If a task throws before the first result, or while it is being cancelled, that
/// exception is thrown.
///
/// If all arguments are Selectable, this is a `select`, which takes nothing from the other
/// operations. If one argument is a task or a sleep, that cannot be guaranteed: when two arguments
/// have a result at the same time, one result is discarded. So do not race a receive against a
/// sleep; write with_timeout(channel.receive(), 5s).
template <Awaitable... A>
  requires(sizeof...(A) > 0)
[[nodiscard]] Task<std::variant<detail::NonVoid<Awaited<A>>...>> when_any(A... tasks) {
  if constexpr ((Selectable<A> && ...)) {
    return detail::as_task(select(std::move(tasks)...));
  } else {
    return detail::run_any(std::index_sequence_for<A...>(), detail::as_task(std::move(tasks))...);
  }
}
/// Runs a vector of tasks concurrently until the first has a result, as the other `when_any` does,
/// and gives the index and the result of that task. Throws std::invalid_argument if the vector is
/// empty.
template <class T>
[[nodiscard]] Task<FirstOf<detail::NonVoid<T>>> when_any(std::vector<Task<T>> tasks) {
  return detail::run_any_of(std::move(tasks));
}

}  // namespace mastic::async
