// Waiting for several futures.
//
//     wait_all(left, right);
//     for (threads::Future<Page>& page : threads::as_completed(pages)) show(page.get());
//
// They wait and nothing more: results and exceptions stay in their futures.

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

namespace mastic::threads {

namespace detail {

template <class T>
struct IsFuture : std::false_type {};
template <class T>
struct IsFuture<Future<T>> : std::true_type {};

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

}  // namespace detail

template <class T>
concept AnyFuture = detail::IsFuture<T>::value;
/// A vector of futures, and the like.
template <class T>
concept FutureRange =
    std::ranges::random_access_range<T> && AnyFuture<std::ranges::range_value_t<T>>;

/// Waits until all are done.
template <AnyFuture... Futures>
void wait_all(const Futures&... futures) {
  (futures.wait(), ...);
}
template <FutureRange Futures>
void wait_all(const Futures& futures) {
  for (const auto& future : futures) future.wait();
}
/// The same for as long as `longest`; says whether all are done.
template <FutureRange Futures>
[[nodiscard]] bool wait_all_for(const Futures& futures, base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  for (const auto& future : futures) {
    if (!future.reference()->wait_until(end)) return false;
  }
  return true;
}

/// Waits until one is done, and returns which; the first, if several are. Throws std::logic_error
/// when there are none.
template <class... Futures>
  requires(FutureRange<Futures> && ...) || (AnyFuture<Futures> && ...)
[[nodiscard]] std::size_t wait_any(const Futures&... futures) {
  const auto first = CompletionSet(detail::references(futures...)).next();
  if (!first) throw std::logic_error("wait_any needs a future to wait for");
  return *first;
}
/// The same for as long as `longest`.
template <FutureRange Futures>
[[nodiscard]] std::optional<std::size_t> wait_any_for(const Futures& futures,
                                                      base::Duration longest) {
  return CompletionSet(detail::references(futures)).next_for(longest);
}

/// Futures as they are done: a range to go through once.
template <FutureRange Futures>
class Completed {
 public:
  explicit Completed(Futures& futures) : futures_(futures), done_(detail::references(futures)) {}

  class Iterator {
   public:
    explicit Iterator(Completed& from) : from_(from), number_(from.done_.next()) {}
    auto& operator*() const {
      return std::ranges::begin(from_.futures_)[static_cast<Difference>(*number_)];
    }
    Iterator& operator++() {
      number_ = from_.done_.next();
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
  Futures& futures_;
  CompletionSet done_;
};

/// Goes through `futures` in the order in which they are done, and waits for each. They must stay
/// where they are meanwhile.
template <FutureRange Futures>
[[nodiscard]] Completed<Futures> as_completed(Futures& futures) {
  return Completed<Futures>(futures);
}

}  // namespace mastic::threads
