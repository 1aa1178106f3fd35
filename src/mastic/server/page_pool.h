// Memory for exchanges: pages of one size, recycled.

#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <utility>

namespace mastic::server {

/// Belongs to a loop. The page given back last is taken first, for it is in the cache. Free pages
/// are linked through themselves, so giving back takes no memory.
class PagePool {
 public:
  static constexpr std::size_t kPageBytes = 4096;

  PagePool() = default;
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;
  ~PagePool() {
    while (free_ != nullptr) ::operator delete(std::exchange(free_, free_->next));
  }

  [[nodiscard]] std::span<std::byte> take() {
    void* page = nullptr;
    if (free_ == nullptr) {
      page = ::operator new(kPageBytes);
    } else {
      page = std::exchange(free_, free_->next);
      --kept_;
    }
    ++taken_;
    return {static_cast<std::byte*>(page), kPageBytes};
  }
  void give_back(std::byte* page) noexcept {
    --taken_;
    if (kept_ == kMaxKept) return ::operator delete(page);
    free_ = ::new (page) Free{free_};
    ++kept_;
  }
  /// Pages that were taken and not given back.
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kMaxKept = 256;

  Free* free_ = nullptr;
  std::size_t kept_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace mastic::server
