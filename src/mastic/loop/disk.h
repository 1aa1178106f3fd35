// Where loops read files: on their own threads while the disk is quick, on other threads while the
// disk is slow.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/units.h"
#include "mastic/threads/bounded_executor.h"

namespace mastic::loop {

/// Decides where the loops of a server read files. The loops read on their own threads while reads
/// are quick. After a loop has had to be taken over during a read, files are read on threads that
/// may block, until reads are quick again. So a disk that hangs holds only a few threads, and
/// everything that needs no file continues (ADR 0016).
///
/// A Disk is a BlockingExecutor for reads: at most `max_waits` reads run at a time, and the others
/// wait in line. All members but the destructor may be called from any thread.
class Disk final : public threads::BoundedExecutor {
 public:
  /// `threads`, `log` and `kernel` must outlive the disk, and all submitted work must have ended
  /// before the disk is destroyed. Requires: `threads` never runs work on the thread that submits
  /// it.
  Disk(async::BlockingExecutor& threads, std::uint64_t max_waits, base::Log& log,
       base::Kernel& kernel);

  /// Reports that a loop was taken over while it was reading a file. From now on, files are read on
  /// other threads, until reads are quick again.
  void held_a_loop() noexcept;
  /// Whether a loop may read files on its own thread.
  [[nodiscard]] bool has_reserve() const noexcept override {
    return !is_slow_.load(std::memory_order_relaxed);
  }

 private:
  void took(base::Duration length) noexcept override;

  base::Log& log_;
  base::Kernel& kernel_;
  std::atomic<bool> is_slow_{false};
  int quick_ = 0;           ///< quick reads in a row; guarded by the mutex
  base::Instant logged_{};  ///< when the log was last told; guarded by the mutex
};

}  // namespace mastic::loop
