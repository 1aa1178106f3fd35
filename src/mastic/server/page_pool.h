// Memory for exchanges: pages of one size, recycled.

#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <utility>

namespace mastic::server {

/// Pages of memory for one loop. Up to 256 free pages are kept. The page that was given back last
/// is taken first, because it is still in the CPU's cache. Free pages are linked through their own
/// memory, so giving one back allocates nothing.
class PagePool {
 public:
  /// The size of a page.
  static constexpr std::size_t kPageBytes = 4096;

  PagePool() = default;
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;
  ~PagePool() {
    while (free_ != nullptr) ::operator delete(std::exchange(free_, free_->next));
  }

  /// Returns a page, which the caller may use until it is given back. Throws std::bad_alloc.
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
  /// Takes back `page`. Requires: nothing in the page is used any more.
  void give_back(std::byte* page) noexcept {
    --taken_;
    if (kept_ == kMaxKept) return ::operator delete(page);
    free_ = ::new (page) Free{free_};
    ++kept_;
  }
  /// How many pages have been taken and not given back.
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
