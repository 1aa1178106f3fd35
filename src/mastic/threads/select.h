// Waiting for the first of several queues, without taking anything from the others.
//
//     auto first = threads::select(orders, returns);
//     if (first.index() == 0) ...             // std::get<0>(first) is what orders.get() would give
//
// For threads that may block; tasks have async::select. A thread that only waits for items of one
// kind needs no select: let all producers share one queue.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/queue.h"

namespace mastic::threads {

/// The result of `select`: the index is that of the queue, and the value is what `get` of that
/// queue would return: nothing when the queue is shut down and empty.
template <class... Queues>
using Selected = std::variant<std::optional<typename Queues::Item>...>;

/// The result of `select` over a vector of queues.
template <class T>
struct SelectedOf {
  std::size_t index;      ///< the index of the queue
  std::optional<T> item;  ///< nothing when that queue is shut down and empty
};

namespace detail {

/// Lets a thread sleep until one of several queues calls its place. A queue calls its place with
/// the lock of the queue held, and inside that lock the place takes the lock of the sleep; the
/// sleeping thread never holds both locks.
class QueueSleep {
 public:
  class Place final : public QueueWatcher {
   public:
    explicit Place(QueueSleep& sleep) : sleep_(sleep) {}
    void may_get() noexcept override { sleep_.wake(); }

   private:
    QueueSleep& sleep_;
  };

  /// Makes a place for each of `queues` queues.
  explicit QueueSleep(std::size_t queues) : places_(queues, Place(*this)) {}
  QueueSleep(const QueueSleep&) = delete;
  QueueSleep& operator=(const QueueSleep&) = delete;

  [[nodiscard]] Place& place(std::size_t queue) { return places_[queue]; }
  /// Sleeps at most until `end`. Returns whether a queue woke the thread.
  [[nodiscard]] bool sleep_until(base::Instant end) {
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    return woken_.wait_until(lock, end, [this] { return is_woken_; });
  }

 private:
  void wake() noexcept {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    woken_.notify_one();
  }

  std::vector<Place> places_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

/// Takes from the first queue that has something, or sleeps until a queue may have something and
/// looks again. `take_first()` never waits; `for_each(f)` calls `f(number, queue)` for each of
/// `count` queues.
///
/// No queue is watched while `take_first` runs. So no queue is touched once an item has been taken:
/// the queue of that item may be destroyed by then.
template <class TakeFirst, class ForEach>
auto take_until(base::Instant end, std::size_t count, TakeFirst take_first, ForEach for_each) {
  for (;;) {
    if (auto first = take_first()) return first;
    QueueSleep sleep(count);
    bool is_in_time = true;
    bool watches_all = true;
    for_each([&](std::size_t number, auto& queue) {
      watches_all = watches_all && queue.watch(sleep.place(number));
    });
    if (watches_all) is_in_time = sleep.sleep_until(end);
    for_each([&](std::size_t number, auto& queue) { queue.unwatch(sleep.place(number)); });
    if (!is_in_time) return take_first();
  }
}

template <class... Queues>
std::optional<Selected<Queues...>> select_until(base::Instant end, Queues&... queues) {
  const auto take_first = [&] {
    std::optional<Selected<Queues...>> first;
    const auto take = [&]<std::size_t I>(std::in_place_index_t<I> place, auto& queue) {
      auto item = queue.try_get();
      if (item || queue.is_over()) first.emplace(place, std::move(item));
      return first.has_value();
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (void)(take(std::in_place_index<I>, queues) || ...);
    }(std::index_sequence_for<Queues...>());
    return first;
  };
  const auto for_each = [&](auto f) {
    std::size_t number = 0;
    (f(number++, queues), ...);
  };
  return take_until(end, sizeof...(Queues), take_first, for_each);
}

template <class T, class Store>
std::optional<SelectedOf<T>> select_until(base::Instant end,
                                          const std::vector<BasicQueue<T, Store>*>& queues) {
  if (queues.empty()) throw std::logic_error("select needs a queue to wait for");
  const auto take_first = [&] {
    std::optional<SelectedOf<T>> first;
    for (std::size_t i = 0; i < queues.size() && !first; ++i) {
      auto item = queues[i]->try_get();
      if (item || queues[i]->is_over()) first.emplace(i, std::move(item));
    }
    return first;
  };
  const auto for_each = [&](auto f) {
    for (std::size_t i = 0; i < queues.size(); ++i) f(i, *queues[i]);
  };
  return take_until(end, queues.size(), take_first, for_each);
}

}  // namespace detail

/// Waits until one of the queues has an item and takes the item, or until one of them is shut down
/// and empty. When several are ready, the first of them in the order of the arguments is chosen.
/// The queues must outlive the call, except for the queue that the result comes from.
///
/// A queue that is shut down and empty is always ready, so it hides all queues after it: leave it
/// out of the next call.
template <class... T, class... Store>
  requires(sizeof...(T) > 0)
[[nodiscard]] Selected<BasicQueue<T, Store>...> select(BasicQueue<T, Store>&... queues) {
  return *detail::select_until(base::Instant::max(), queues...);
}
/// Waits like `select`, at most for `longest`; returns nothing when no queue was ready in time.
template <class... T, class... Store>
  requires(sizeof...(T) > 0)
[[nodiscard]] std::optional<Selected<BasicQueue<T, Store>...>> select_for(
    base::Duration longest, BasicQueue<T, Store>&... queues) {
  return detail::select_until(base::from_now(longest), queues...);
}

/// Waits like `select` of single queues, for any number of queues of one type. Throws
/// std::logic_error when `queues` is empty.
template <class T, class Store>
[[nodiscard]] SelectedOf<T> select(const std::vector<BasicQueue<T, Store>*>& queues) {
  return *detail::select_until(base::Instant::max(), queues);
}
template <class T, class Store>
[[nodiscard]] std::optional<SelectedOf<T>> select_for(
    base::Duration longest, const std::vector<BasicQueue<T, Store>*>& queues) {
  return detail::select_until(base::from_now(longest), queues);
}

}  // namespace mastic::threads
