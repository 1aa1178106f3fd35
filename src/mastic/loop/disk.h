// Reading files, which is quick until a disk is not.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/units.h"
#include "mastic/threads/bounded_executor.h"

namespace mastic::loop {

/// Says where the loops of a server read files: on themselves while that is quick; once a read had
/// a loop taken over, on threads that may block, until reads are quick again. A disk that hangs so
/// holds a few threads and no more, and whatever needs no file goes on (ADR 0016).
///
/// A BlockingExecutor for what reads: at most `max_waits` pieces run at a time, the others wait in line. From
/// any thread, but for the destructor.
class Disk final : public threads::BoundedExecutor {
 public:
  /// All must outlive it, and whatever was submitted has ended before it goes. `threads` runs
  /// nothing on the thread that submits it.
  Disk(async::BlockingExecutor& threads, std::uint64_t max_waits, base::Log& log,
       base::Kernel& kernel);

  /// A loop was taken over while it read.
  void held_a_loop() noexcept;
  /// Whether a loop may read itself.
  [[nodiscard]] bool has_reserve() const noexcept override {
    return !is_slow_.load(std::memory_order_relaxed);
  }

 private:
  void took(base::Duration length) noexcept override;

  base::Log& log_;
  base::Kernel& kernel_;
  std::atomic<bool> is_slow_{false};
  int quick_ = 0;  ///< reads in a row; guarded by the mutex, as is
  base::Instant logged_{};
};

}  // namespace mastic::loop
