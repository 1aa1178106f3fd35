// The sources that a loop watches, under numbers that are never given twice.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mastic/base/assert.h"
#include "mastic/loop/source.h"

namespace mastic::loop {

/// Maps tickets to sources. The kernel is given a ticket for each source, never its address. So an
/// event that comes late, or belongs to a socket that another process keeps open (ADR 0015), finds
/// its own source or no source.
///
///     ticket: | generation of the slot, 32 bits | slot, 32 bits |
///
/// 1. A source is in the table while it is watched, and a source that is watched is not destroyed.
/// 2. When a source leaves a slot, the slot's generation is increased, so old tickets find nothing.
class SourceTable {
 public:
  SourceTable() = default;
  SourceTable(const SourceTable&) = delete;
  SourceTable& operator=(const SourceTable&) = delete;
  ~SourceTable() { clear(); }

  /// Adds `source`. Throws std::bad_alloc. Requires: `source` is in no table.
  void add(Source& source) {
    MASTIC_ASSERT(!source.is_watched(), {"fd", source.fd()});
    if (free_ == kNone) {
      slots_.push_back({});
      free_ = static_cast<std::uint32_t>(slots_.size());
    }
    Slot& slot = slots_[free_ - 1];
    source.slot_ = std::exchange(free_, slot.next_free);
    slot.source = &source;
    ++count_;
  }
  /// Removes `source`; its ticket finds nothing from now on. Requires: `source` is in this table.
  void remove(Source& source) noexcept {
    const std::uint32_t number = std::exchange(source.slot_, kNone);
    Slot& slot = slots_[number - 1];
    slot.source = nullptr;
    ++slot.generation;
    slot.next_free = std::exchange(free_, number);
    --count_;
  }
  /// Removes all sources.
  void clear() noexcept {
    for (const Slot& slot : slots_) {
      if (slot.source != nullptr) remove(*slot.source);
    }
  }

  /// The ticket of `source`. Requires: `source` is in this table.
  [[nodiscard]] std::uint64_t ticket_of(const Source& source) const {
    return std::uint64_t{slots_[source.slot_ - 1].generation} << 32 | source.slot_;
  }
  /// The source that `ticket` was given for, or null when the source has been removed since.
  [[nodiscard]] Source* find(std::uint64_t ticket) const {
    const Slot& slot = slots_[static_cast<std::uint32_t>(ticket) - 1];
    return slot.generation == static_cast<std::uint32_t>(ticket >> 32) ? slot.source : nullptr;
  }
  /// How many sources are in the table.
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  static constexpr std::uint32_t kNone = 0;  // slots count from 1

  struct Slot {
    Source* source = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t next_free = kNone;
  };
  std::vector<Slot> slots_;
  std::uint32_t free_ = kNone;
  std::size_t count_ = 0;
};

}  // namespace mastic::loop
