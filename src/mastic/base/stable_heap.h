// A heap whose equal elements keep their order.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace mastic::base {

/// A heap that gives the smallest element (by Before) first, and among equal elements the one that
/// was pushed first. threads::PriorityQueue and async::PriorityChannel use it. Not synchronized.
template <class T, class Before = std::less<T>>
class StableHeap {
 public:
  /// Makes room for `size` elements: pushing that many then allocates nothing.
  void reserve(std::size_t size) { items_.reserve(size); }

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }

  void push(T&& item) {
    items_.push_back({std::move(item), next_number_++});
    std::push_heap(items_.begin(), items_.end(), after);
  }
  /// Removes the smallest element and returns it. Requires: not empty.
  T pop() {
    std::pop_heap(items_.begin(), items_.end(), after);
    T item(std::move(items_.back().item));
    items_.pop_back();
    return item;
  }

 private:
  struct Numbered {
    T item;
    std::uint64_t number;
  };
  static bool after(const Numbered& a, const Numbered& b) {
    if (Before()(b.item, a.item)) return true;
    return !Before()(a.item, b.item) && b.number < a.number;
  }

  std::vector<Numbered> items_;
  std::uint64_t next_number_ = 0;
};

}  // namespace mastic::base
