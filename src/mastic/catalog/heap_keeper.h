// Gives memory that was freed back to the system (ADR 0020).

#pragma once

#include <atomic>

#include "mastic/async/job.h"
#include "mastic/async/timer.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"

namespace mastic::catalog {

/// Returns to the system what the heaps of this process keep free. It locks each of them while it
/// looks through it, so it is for a thread that may block, and not for often.
void trim_heaps() noexcept;

/// Trims a while after much was released, and never otherwise, on the thread of a loop that has
/// nothing else to do. What is released together is given back together.
class HeapKeeper final : private async::Message, private async::Timer {
 public:
  static constexpr base::Duration kAfter = std::chrono::seconds(2);

  /// `loop` must outlive it, and be driven no more when it goes.
  explicit HeapKeeper(loop::Loop& loop, void (*trim)() noexcept = trim_heaps)
      : loop_(loop), trim_(trim) {}
  ~HeapKeeper() override { disarm(); }

  /// From any thread: much is freed now, or in a moment.
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
