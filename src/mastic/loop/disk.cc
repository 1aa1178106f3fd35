#include "mastic/loop/disk.h"

#include <mutex>

namespace mastic::loop {
namespace {

// A read that takes less time is quick.
constexpr base::Duration kQuick = std::chrono::milliseconds(1);
constexpr int kQuickInARow = 16;  // after this many, loops read files themselves again
constexpr base::Duration kBetweenLogs = std::chrono::minutes(1);

}  // namespace

Disk::Disk(async::BlockingExecutor& threads, std::uint64_t max_waits, base::Log& log,
           base::Kernel& kernel)
    : BoundedExecutor(threads, max_waits, Claim::Any, kernel), log_(log), kernel_(kernel) {}

void Disk::held_a_loop() noexcept {
  const std::lock_guard lock(mutex());
  quick_ = 0;
  is_slow_.store(true, std::memory_order_relaxed);
  const base::Instant now = kernel_.monotonic_now();
  if (logged_ != base::Instant{} && now - logged_ < kBetweenLogs) return;
  logged_ = now;
  log_.write(base::Level::Warning,
             "a disk is slow: reading a file held a loop; until reads are quick again, files are "
             "read on worker threads, at most max_disk_waits at a time");
}

/// Called with the mutex held after each read on another thread. One quick read may have come from
/// the page cache, so the disk counts as quick only after several quick reads in a row.
void Disk::took(base::Duration length) noexcept {
  quick_ = length < kQuick ? quick_ + 1 : 0;
  if (quick_ >= kQuickInARow) is_slow_.store(false, std::memory_order_relaxed);
}

}  // namespace mastic::loop
