// Waiting for several futures.
//
//     wait_all(left, right);
//     for (threads::Future<Page>& page : threads::as_completed(pages)) show(page.get());
//     if (const auto failed = threads::wait_first_failure(pages)) cancel_the_rest();
//
// The functions only wait: results and exceptions stay in the futures.

#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/threads/future.h"
#include "mastic/threads/shared_future.h"

namespace mastic::threads {

namespace detail {

template <class T>
struct IsFuture : std::false_type {};
template <class T>
struct IsFuture<Future<T>> : std::true_type {};
template <class T>
struct IsFuture<SharedFuture<T>> : std::true_type {};

template <class... Futures>
[[nodiscard]] std::vector<StateReference<FutureState>> references(const Futures&... futures) {
  return {futures.reference()...};
}
template <std::ranges::range Futures>
[[nodiscard]] std::vector<StateReference<FutureState>> references(const Futures& futures) {
  std::vector<StateReference<FutureState>> states;
  for (const auto& future : futures) states.emplace_back(future.reference());
  return states;
}

/// Returns the index of the first future that has failed, among those that `next(set)` gives;
/// nothing when none has failed.
template <std::ranges::range Futures, class Next>
[[nodiscard]] std::optional<std::size_t> first_failure(const Futures& futures, Next next) {
  CompletionSet done(references(futures));
  while (const std::optional<std::size_t> number = next(done)) {
    const auto at = static_cast<std::ranges::range_difference_t<Futures>>(*number);
    if (std::ranges::begin(futures)[at].progress() == Progress::Failed) return number;
  }
  return std::nullopt;
}

}  // namespace detail

/// A Future<T> or SharedFuture<T> for some T.
template <class T>
concept AnyFuture = detail::IsFuture<T>::value;
/// A random-access range of futures, such as a vector.
template <class T>
concept FutureRange =
    std::ranges::random_access_range<T> && AnyFuture<std::ranges::range_value_t<T>>;

/// Waits until all of the futures are done.
template <AnyFuture... Futures>
void wait_all(const Futures&... futures) {
  (futures.wait(), ...);
}
/// Waits until all futures of a range are done.
template <FutureRange Futures>
void wait_all(const Futures& futures) {
  for (const auto& future : futures) future.wait();
}
/// Waits until all futures of a range are done, at most for `longest`. Returns whether they are all
/// done.
template <FutureRange Futures>
[[nodiscard]] bool wait_all_for(const Futures& futures, base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  for (const auto& future : futures) {
    if (!future.reference()->wait_until(end)) return false;
  }
  return true;
}

/// Waits until one of the futures is done and returns its index; the lowest if several are done at
/// the start. Throws std::logic_error when there are no futures.
template <class... Futures>
  requires(FutureRange<Futures> && ...) || (AnyFuture<Futures> && ...)
[[nodiscard]] std::size_t wait_any(const Futures&... futures) {
  const auto first = CompletionSet(detail::references(futures...)).next();
  if (!first) throw std::logic_error("wait_any needs a future to wait for");
  return *first;
}
/// Waits until one of the futures is done, at most for `longest`. Returns its index, or nothing
/// when no future was done in time.
template <FutureRange Futures>
[[nodiscard]] std::optional<std::size_t> wait_any_for(const Futures& futures,
                                                      base::Duration longest) {
  return CompletionSet(detail::references(futures)).next_until(base::from_now(longest));
}

/// Waits until one of the futures has failed (Progress::Failed) and returns its index. Returns
/// nothing once all futures are done and none has failed. A task that was cancelled has not failed.
template <FutureRange Futures>
[[nodiscard]] std::optional<std::size_t> wait_first_failure(const Futures& futures) {
  return detail::first_failure(futures, [](CompletionSet& done) { return done.next(); });
}
/// Waits like `wait_first_failure`, at most for `longest`. Also returns nothing when time has run
/// out; `wait_all_for(futures, 0s)` then tells whether all are done.
template <FutureRange Futures>
[[nodiscard]] std::optional<std::size_t> wait_first_failure_for(const Futures& futures,
                                                                base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  return detail::first_failure(futures,
                               [end](CompletionSet& done) { return done.next_until(end); });
}

/// The range that `as_completed` returns: futures as they are done. It can be iterated once.
template <FutureRange Futures>
class Completed {
 public:
  /// Refers to `futures`, which must outlive the range. The range ends at the time `end`, if that
  /// is given.
  explicit Completed(Futures& futures, std::optional<base::Instant> end = {})
      : futures_(futures), done_(detail::references(futures)), end_(end) {}

  /// How many of the futures have not been handed out: after the loop, those not done in time.
  [[nodiscard]] std::size_t left() const { return done_.left(); }

  /// Waits until another future is done, and refers to that future.
  class Iterator {
   public:
    explicit Iterator(Completed& from) : from_(from), number_(from.next()) {}
    auto& operator*() const {
      return std::ranges::begin(from_.futures_)[static_cast<Difference>(*number_)];
    }
    Iterator& operator++() {
      number_ = from_.next();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !number_; }

   private:
    using Difference = std::ranges::range_difference_t<Futures>;
    Completed& from_;
    std::optional<std::size_t> number_;
  };
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }

 private:
  [[nodiscard]] std::optional<std::size_t> next() {
    return end_ ? done_.next_until(*end_) : done_.next();
  }

  Futures& futures_;
  CompletionSet done_;
  std::optional<base::Instant> end_;
};

/// Returns a range over `futures` in the order in which they are done; iterating waits for the next
/// future. The futures must not be moved meanwhile.
template <FutureRange Futures>
[[nodiscard]] Completed<Futures> as_completed(Futures& futures) {
  return Completed<Futures>(futures);
}
/// Returns a range like that of `as_completed`, which also ends when `longest` has passed since
/// this call. Futures that are done by then are still handed out, even if the body of the loop
/// takes longer.
///
///     auto in_time = threads::as_completed_for(pages, 5s);
///     for (auto& page : in_time) show(page.get());
///     if (in_time.left() > 0) show("some were too slow");
template <FutureRange Futures>
[[nodiscard]] Completed<Futures> as_completed_for(Futures& futures, base::Duration longest) {
  return Completed<Futures>(futures, base::from_now(longest));
}

}  // namespace mastic::threads
