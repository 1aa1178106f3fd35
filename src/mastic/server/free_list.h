// A list of objects that are kept to be used again.

#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace mastic::server {

/// Keeps up to 256 objects of a loop. The object that was given back last is taken first, because
/// it is still in the CPU's cache. Objects are linked through their member `T* next_free`, so
/// giving one back allocates nothing.
template <class T>
class FreeList {
 public:
  FreeList() = default;
  FreeList(const FreeList&) = delete;
  FreeList& operator=(const FreeList&) = delete;
  ~FreeList() {
    while (first_ != nullptr) (void)take();
  }

  /// Removes an object from the list and returns it, or null when the list is empty.
  [[nodiscard]] std::unique_ptr<T> take() noexcept {
    if (first_ == nullptr) return nullptr;
    --kept_;
    return std::unique_ptr<T>(std::exchange(first_, first_->next_free));
  }
  /// Keeps `spare`, or destroys it when the list is full. Requires: `spare` is in the state of a
  /// new object.
  void give_back(std::unique_ptr<T> spare) noexcept {
    if (kept_ == kMaxKept) return;
    ++kept_;
    spare->next_free = first_;
    first_ = spare.release();
  }

 private:
  static constexpr std::size_t kMaxKept = 256;

  T* first_ = nullptr;
  std::size_t kept_ = 0;
};

}  // namespace mastic::server
