// Memory for exchanges: pages of one size, recycled.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace mastic::server {

/// Belongs to a loop. The page given back last is taken first, for it is in the cache.
class PagePool {
 public:
  static constexpr std::size_t kPageBytes = 4096;

  [[nodiscard]] std::span<std::byte> take() {
    ++taken_;
    if (free_.empty()) return {new std::byte[kPageBytes], kPageBytes};
    std::byte* const page = free_.back().release();
    free_.pop_back();
    return {page, kPageBytes};
  }
  void give_back(std::byte* page) {
    --taken_;
    std::unique_ptr<std::byte[]> owned(page);
    if (free_.size() < kMostKept) free_.push_back(std::move(owned));
  }

  /// Pages that were taken and not given back.
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  static constexpr std::size_t kMostKept = 256;
  std::size_t taken_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> free_;
};

}  // namespace mastic::server
