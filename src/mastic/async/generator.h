// Generators: coroutines that give a sequence of values and may wait between them.
//
//     Generator<Row> rows_of(Database& database) {
//       Cursor cursor = co_await database.open();
//       while (auto row = co_await cursor.fetch()) co_yield *row;
//     }
//
//     auto rows = rows_of(database);
//     while (auto row = co_await rows.next()) show(*row);
//
// With GCC 12, give values a name: `while (auto row = co_await rows.next())`, not `while (co_await
// rows.next())`; `Row row{...}; co_yield row;`, not `co_yield Row{...}`, which does not compile.

#pragma once

#include <concepts>
#include <coroutine>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "mastic/async/task.h"

namespace mastic::async {

template <class T>
class Generator;

namespace detail {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
/// Whether a co_yield may have an operand of type `Given`. GCC 12 copies an aggregate that is a
/// temporary there byte by byte, which breaks strings and vectors in it. A std::move cannot be told
/// from a temporary, so it is refused too.
template <class Given, class T>
constexpr bool kMayBeYielded =
    std::is_lvalue_reference_v<Given> || std::is_trivially_destructible_v<T> ||
    !std::is_aggregate_v<std::remove_cvref_t<Given>>;
#else
template <class Given, class T>
constexpr bool kMayBeYielded = true;
#endif

/// The promise of a generator. Its `continuation` is the coroutine that awaits `next`, or null while
/// the generator is suspended at a co_yield.
template <class T>
struct GeneratorPromise : TaskPromiseBase {
  /// Suspends the generator and resumes the coroutine that awaits `next`.
  struct Yield {
    static constexpr bool await_ready() noexcept { return false; }
    void await_suspend(
        std::coroutine_handle<GeneratorPromise> frame,
        std::source_location where = std::source_location::current()) const noexcept {
      GeneratorPromise& promise = frame.promise();
      promise.awaited_at = where;
      promise.scope->context().resume_next(promise.continuation);
    }
    static constexpr void await_resume() noexcept {}
  };

  Generator<T> get_return_object();
  template <class U>
    requires std::convertible_to<U&&, T>
  Yield yield_value(U&& given) {
    static_assert(kMayBeYielded<U&&, T>,
                  "GCC 12 does not keep a struct that has no name while a coroutine waits: give it "
                  "a name, as in `Row row{...}; co_yield row;`");
    value.emplace(std::forward<U>(given));
    return {};
  }
  static constexpr void return_void() noexcept {}

  std::optional<T> value;  ///< yielded and not yet taken
};

}  // namespace detail

/// A coroutine that gives values of type T with co_yield, one for each call of `next`. It is lazy: it
/// runs only while a task awaits `next`, so it never produces more than its consumer takes.
///
/// 1. The awaits of the generator run in the context and the cancel scope of the task that awaits
///    `next`. If that task is cancelled, the await in the generator throws Cancelled.
/// 2. An exception that leaves the generator, also Cancelled, is thrown by `next`. The generator has
///    then ended, and each later `next` throws the same exception, so that no consumer takes
///    an incomplete sequence for a complete one.
/// 3. A generator that is destroyed before its end destroys its local variables, as a return
///    would. It may be destroyed between two calls of `next`, or together with the
///    task that awaits `next`.
/// 4. A generator must not keep a TaskGroup or a CancelScope across a co_yield: the scope around it
///    may be gone when the generator continues.
template <class T>
class [[nodiscard]] Generator {
  static_assert(std::is_object_v<T>, "a generator gives values: yield a pointer, not a reference");
  using Promise = detail::GeneratorPromise<T>;
  using Handle = std::coroutine_handle<Promise>;

 public:
  using promise_type = Promise;
  class Next;

  Generator(Generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Generator& operator=(Generator&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Generator() {
    if (!frame_) return;
    frame_.promise().scope != nullptr ? frame_.destroy() : frame_.promise().drop(frame_);
  }

  /// Awaits the next value: `co_await generator.next()` gives std::optional<T>, which is empty when
  /// the generator has ended. Throws what the generator threw, and std::logic_error when another
  /// task awaits `next` already. The generator must outlive the await.
  [[nodiscard]] Next next() noexcept { return Next(frame_); }

 private:
  friend Promise;
  explicit Generator(Handle frame) : frame_(frame) {}

  Handle frame_;  ///< null after a move
};

/// The await that Generator::next returns.
template <class T>
class Generator<T>::Next {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return !frame_ || frame_.done(); }
  template <class Waiter>
  void await_suspend(std::coroutine_handle<Waiter> waiter,
                     std::source_location where = std::source_location::current()) noexcept {
    waiter.promise().awaited_at = where;
    CancelScope& scope = *waiter.promise().scope;
    Promise& promise = frame_.promise();
    is_refused_ = promise.continuation != nullptr;
    if (is_refused_) return scope.context().resume_next(waiter);
    promise.continuation = waiter;
    promise.scope = &scope;
    scope.context().resume_next(frame_);
  }
  std::optional<T> await_resume() {
    if (is_refused_) {
      throw std::logic_error(
          "two tasks await next() of one generator: await it in one task at a time");
    }
    if (!frame_) return std::nullopt;
    Promise& promise = frame_.promise();
    promise.continuation = nullptr;
    if (promise.exception) std::rethrow_exception(promise.exception);
    return std::exchange(promise.value, std::nullopt);
  }

 private:
  friend Generator;
  explicit Next(Handle frame) noexcept : frame_(frame) {}

  Handle frame_;
  bool is_refused_ = false;
};

namespace detail {

template <class T>
Generator<T> GeneratorPromise<T>::get_return_object() {
  return Generator<T>(std::coroutine_handle<GeneratorPromise>::from_promise(*this));
}

}  // namespace detail

}  // namespace mastic::async
