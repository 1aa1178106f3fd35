// What functions that put tasks together take: tasks, and operations that were not awaited yet.

#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "mastic/async/task.h"

namespace mastic::async {

/// A Task, or an operation such as channel.receive().
template <class A>
concept Awaitable = requires(A& a) {
  { a.await_ready() } -> std::convertible_to<bool>;
  a.await_resume();
};

/// What `co_await` of it gives.
template <Awaitable A>
using Awaited = decltype(std::declval<A&>().await_resume());

namespace detail {

/// `T`, or for nothing at all std::monostate.
template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
Task<T> as_task(Task<T> task) {
  return task;
}
template <Awaitable A>
Task<Awaited<A>> as_task(A operation) {
  co_return co_await operation;
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
/// GCC 12 destroys twice what a lambda captures by value when the lambda is a temporary inside of a
/// co_await. One that captures nothing, or only references and numbers, takes no harm.
template <class F>
constexpr bool kIsSafeTemporary =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<F>;
#else
template <class F>
constexpr bool kIsSafeTemporary = true;
#endif

}  // namespace detail

}  // namespace mastic::async
