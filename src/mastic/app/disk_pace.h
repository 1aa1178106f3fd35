// Where a file is written that comes in many blocks: on other threads, until the disk has shown that it
// is quick.

#pragma once

#include "mastic/base/clock.h"
#include "mastic/base/units.h"

namespace mastic::app {

/// Measures the writes of one file. A write into the page cache takes less time than two hops between
/// threads, so a large file is written on the loop while its writes are quick. A write that was not
/// quick, for example because the page cache was full, sends the next ones to other threads, and so
/// does the beginning of each file: a slow disk never holds up the loop for more than one write in a
/// row (ADR 0016).
class DiskPace {
 public:
  /// Whether the next block may be written on the loop.
  [[nodiscard]] bool is_quick() const { return quick_in_a_row_ >= kEnough; }

  /// Calls `write`, and measures it.
  template <class Write>
  void measure(Write& write) {
    const base::Instant begun = base::steady_now();
    write();
    const bool was_quick = base::steady_now() - begun < kQuick;
    quick_in_a_row_ = was_quick ? quick_in_a_row_ + 1 : 0;
  }

 private:
  static constexpr base::Duration kQuick = std::chrono::milliseconds(1);
  static constexpr int kEnough = 16;

  int quick_in_a_row_ = 0;
};

}  // namespace mastic::app
