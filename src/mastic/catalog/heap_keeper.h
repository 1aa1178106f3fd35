// Returns freed memory to the system (ADR 0020).

#pragma once

#include <atomic>

#include "mastic/async/job.h"
#include "mastic/async/timer.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"

namespace mastic::catalog {

/// Returns the free memory of all heaps of this process to the system. Each heap is locked while it
/// is searched, so call this function rarely and on a thread that may block.
void trim_heaps() noexcept;

/// Trims the heaps `kAfter` after a large amount of memory was released, on the thread of a loop
/// that has nothing else to do. Releases within that time share one trim; without a release there
/// is no trim.
class HeapKeeper final : private async::Message, private async::Timer {
 public:
  /// The delay from the first release to the trim.
  static constexpr base::Duration kAfter = std::chrono::seconds(2);

  /// `loop` must outlive this object, and must not be running any more when this object is
  /// destroyed.
  explicit HeapKeeper(loop::Loop& loop, void (*trim)() noexcept = trim_heaps)
      : loop_(loop), trim_(trim) {}
  ~HeapKeeper() override { disarm(); }

  /// Announces that a large amount of memory was freed, or is about to be. Callable from any
  /// thread.
  void much_is_released() noexcept {
    if (!posted_.exchange(true)) loop_.post(*this);
  }

 private:
  void deliver() noexcept override {
    posted_ = false;
    if (!is_armed()) loop_.arm(*this, loop_.now() + kAfter);
  }
  void expired() noexcept override { trim_(); }

  loop::Loop& loop_;
  void (*const trim_)() noexcept;
  std::atomic<bool> posted_{false};
};

}  // namespace mastic::catalog
