// The concept of what can be awaited: tasks, and operations that have not been awaited yet.

#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "mastic/async/task.h"

namespace mastic::async {

/// What can be passed to functions such as when_all: a Task, or an operation such as
/// channel.receive().
template <class A>
concept Awaitable = requires(A& a) {
  { a.await_ready() } -> std::convertible_to<bool>;
  a.await_resume();
};

/// The type of the expression `co_await a`, where `a` is an `A`.
template <Awaitable A>
using Awaited = decltype(std::declval<A&>().await_resume());

namespace detail {

/// `T`, or std::monostate if `T` is void.
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
/// Whether a function object of type `F` may be a temporary inside a co_await expression. GCC 12
/// destroys the captures of a lambda twice there. That is harmless if the lambda captures nothing,
/// or only references and numbers.
template <class F>
constexpr bool kIsSafeTemporary =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<F>;
#else
template <class F>
constexpr bool kIsSafeTemporary = true;
#endif

}  // namespace detail

}  // namespace mastic::async
