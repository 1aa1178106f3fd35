// Objects that are kept to be used again.

#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace mastic::server {

/// Belongs to a loop. The one given back last is taken first, for it is in the cache. They are
/// linked through their `next_free`, a `T*`, so giving back takes no memory.
template <class T>
class FreeList {
 public:
  FreeList() = default;
  FreeList(const FreeList&) = delete;
  FreeList& operator=(const FreeList&) = delete;
  ~FreeList() {
    while (first_ != nullptr) (void)take();
  }

  /// None when there is none.
  [[nodiscard]] std::unique_ptr<T> take() noexcept {
    if (first_ == nullptr) return nullptr;
    --kept_;
    return std::unique_ptr<T>(std::exchange(first_, first_->next_free));
  }
  /// Requires: it is as good as new.
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
