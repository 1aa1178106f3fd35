#include "mastic/loop/disk.h"

#include <mutex>

namespace mastic::loop {
namespace {

constexpr base::Duration kQuick = std::chrono::milliseconds(1);  // of a read
constexpr int kQuickInARow = 16;                                 // and loops read again
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
             "a disk is slow: reading a file held a loop; until reads are quick again they have "
             "threads of their own, as many as max_disk_waits allows");
}

void Disk::took(base::Duration length) noexcept {
  quick_ = length < kQuick ? quick_ + 1 : 0;
  if (quick_ >= kQuickInARow) is_slow_.store(false, std::memory_order_relaxed);
}

}  // namespace mastic::loop
