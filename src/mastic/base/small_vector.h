// A vector of plain values that stores the first N inside the object: no heap while it stays small.

#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "mastic/base/attributes.h"

namespace mastic::base {

/// A vector of trivially copyable values that grows only at its end. A move copies elements that
/// are stored inside the object, and takes over the memory of elements that are on the heap.
template <class T, std::size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() noexcept {}
  SmallVector(const SmallVector& other) { append(other.view()); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) {
      clear();
      append(other.view());
    }
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~SmallVector() = default;

  void push_back(const T& value) { append({&value, 1}); }

  /// Appends `values`. Requires: `values` are not part of this vector.
  void append(std::span<const T> values) {
    if (values.empty()) return;
    std::memcpy(extend(values.size()), values.data(), values.size_bytes());
  }
  /// Appends `count` uninitialised elements and returns a pointer to the first; the caller writes
  /// them.
  [[nodiscard]] T* extend(std::size_t count) MASTIC_LIFETIMEBOUND {
    reserve(size_ + count);
    return data() + std::exchange(size_, size_ + count);
  }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  /// Removes `count` elements from `at` on and closes the gap.
  void erase(std::size_t at, std::size_t count) {
    std::memmove(data() + at, data() + at + count, (size_ - at - count) * sizeof(T));
    size_ -= count;
  }
  void clear() { size_ = 0; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() MASTIC_LIFETIMEBOUND { return heap_ ? heap_.get() : inside_; }
  [[nodiscard]] const T* data() const MASTIC_LIFETIMEBOUND { return heap_ ? heap_.get() : inside_; }
  [[nodiscard]] T& operator[](std::size_t i) MASTIC_LIFETIMEBOUND { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const MASTIC_LIFETIMEBOUND { return data()[i]; }
  [[nodiscard]] std::span<const T> view() const MASTIC_LIFETIMEBOUND { return {data(), size_}; }

 private:
  void grow(std::size_t least) {
    const std::size_t capacity = least > 2 * capacity_ ? least : 2 * capacity_;
    std::unique_ptr<T[]> larger(new T[capacity]);
    std::memcpy(larger.get(), data(), size_ * sizeof(T));
    heap_ = std::move(larger);
    capacity_ = capacity;
  }
  void take(SmallVector& other) noexcept {
    heap_ = std::move(other.heap_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, N);
    if (!heap_ && size_ > 0) std::memcpy(inside_, other.inside_, size_ * sizeof(T));
  }

  std::unique_ptr<T[]> heap_;
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  T inside_[N];
};

}  // namespace mastic::base
