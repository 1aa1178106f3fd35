// An arena: memory that is handed out in order and freed all at once.
//
// It begins with a block that its owner provides, and takes further blocks from the heap when that
// block is full, so a user that needs little never allocates. Not for types with destructors; not
// for two threads at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/attributes.h"

namespace mastic::base {

/// Hands out memory in order, first from `first` and then from blocks of the heap.
///
///     at_ ──────► next free byte of the current block, which has left_ free bytes
///     blocks_ ──► every block of the heap, newest first; only the destructor frees them
class Arena {
 public:
  Arena() = default;
  /// Makes an arena that hands out `first` before it uses the heap. `first` must outlive the arena.
  explicit Arena(std::span<std::byte> first) : at_(first.data()), left_(first.size()) {}
  ~Arena() { free_blocks(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Returns uninitialised memory that lives as long as the arena. Throws std::bad_alloc.
  /// Requires: alignment <= 16.
  [[nodiscard]] void* allocate(std::size_t bytes,
                               std::size_t alignment = kMaxAlignment) MASTIC_LIFETIMEBOUND {
    MASTIC_ASSERT(alignment <= kMaxAlignment);
    const std::size_t padding = -reinterpret_cast<std::uintptr_t>(at_) & (alignment - 1);
    if (bytes > left_ || padding > left_ - bytes) return allocate_from_heap(bytes, alignment);
    std::byte* const place = at_ + padding;
    at_ = place + bytes;
    left_ -= padding + bytes;
    return place;
  }

  /// Returns a copy of `text` that lives as long as the arena.
  [[nodiscard]] std::string_view copy(std::string_view text) MASTIC_LIFETIMEBOUND {
    if (text.empty()) return {};
    auto* const place = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }

  /// Makes a T from `arguments` that lives as long as the arena.
  template <class T, class... Arguments>
  [[nodiscard]] T* make(Arguments&&... arguments) MASTIC_LIFETIMEBOUND {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return ::new (allocate(sizeof(T), alignof(T))) T{std::forward<Arguments>(arguments)...};
  }

  /// Returns `count` uninitialised elements that live as long as the arena.
  template <class T>
  [[nodiscard]] std::span<T> make_array(std::size_t count) MASTIC_LIFETIMEBOUND {
    static_assert(std::is_trivially_copyable_v<T>, "the arena runs no destructors");
    return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
  }

  /// How many bytes the arena has taken from the heap, bookkeeping included.
  [[nodiscard]] std::size_t heap_bytes() const { return heap_bytes_; }

 private:
  static constexpr std::size_t kMaxAlignment = 16;
  struct Block {
    Block* next;
  };
  void* allocate_from_heap(std::size_t bytes, std::size_t alignment);
  void free_blocks();

  std::byte* at_ = nullptr;
  std::size_t left_ = 0;
  Block* blocks_ = nullptr;
  std::size_t heap_bytes_ = 0;
};

}  // namespace mastic::base
