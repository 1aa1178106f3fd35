#include "mastic/loop/disk.h"

#include <algorithm>
#include <new>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::loop {
namespace {

constexpr base::Duration kQuick = std::chrono::milliseconds(1);  // of a read
constexpr int kQuickInARow = 16;                                 // and loops read again
constexpr base::Duration kBetweenLogs = std::chrono::minutes(1);
constexpr base::Duration kHangs = std::chrono::seconds(1);

}  // namespace

Disk::Disk(async::BlockingExecutor& threads, std::uint64_t max_waits, base::Log& log,
           base::Kernel& kernel)
    : threads_(threads), log_(log), kernel_(kernel) {
  for (std::uint64_t i = 0; i < max_waits; ++i) {
    readers_.push_back(std::make_unique<Reader>(*this));
  }
}

Disk::~Disk() {
  MASTIC_ASSERT(waiting_.empty() && running_ == 0, {"reads", static_cast<long long>(running_)});
}

void Disk::held_a_loop() noexcept {
  const std::lock_guard lock(mutex_);
  quick_ = 0;
  is_slow_.store(true, std::memory_order_relaxed);
  const base::Instant now = kernel_.monotonic_now();
  if (logged_ != base::Instant{} && now - logged_ < kBetweenLogs) return;
  logged_ = now;
  log_.write(base::Level::Warning,
             "a disk is slow: reading a file held a loop; until reads are quick again they have "
             "threads of their own, as many as max_disk_waits allows");
}

bool Disk::submit(async::BlockingWork& work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(work);
  const auto idle = std::ranges::find_if(readers_, [](const auto& each) { return each->is_idle; });
  if (idle == readers_.end()) return true;
  Reader& reader = **idle;
  if (threads_.submit(reader)) {
    reader.is_idle = false;
    ++running_;
  }
  if (running_ > 0) return true;  // one that reads comes to it
  waiting_.remove(work);
  return false;
}

bool Disk::withdraw(async::BlockingWork& work) noexcept {
  const std::lock_guard lock(mutex_);
  if (!threads::WorkQueue::is_queued(work)) return false;
  waiting_.remove(work);
  if (waiting_.empty()) withdraw_readers();
  return true;
}

/// A read that hung may have had its thread written off, and that is to take nothing more: another
/// one goes on.
void Disk::read(Reader& reader) noexcept {
  std::unique_lock lock(mutex_);
  bool has_hung = false;
  while (!waiting_.empty()) {
    if (has_hung && threads_.submit_begun(reader)) return;
    async::BlockingWork& work = waiting_.pop_front();
    lock.unlock();
    const base::Instant begun = kernel_.monotonic_now();
    work.run();  // and may be no more
    const base::Duration length = kernel_.monotonic_now() - begun;
    lock.lock();
    took(length);
    has_hung = length >= kHangs;
  }
  reader.is_idle = true;
  --running_;
  withdraw_readers();
}

/// Nothing waits, so no thread has to come: those that still would hold up the end of the threads.
void Disk::withdraw_readers() noexcept {
  for (const auto& each : readers_) {
    if (each->is_idle || !threads_.withdraw(*each)) continue;
    each->is_idle = true;
    --running_;
  }
}

void Disk::took(base::Duration length) noexcept {
  quick_ = length < kQuick ? quick_ + 1 : 0;
  if (quick_ >= kQuickInARow) is_slow_.store(false, std::memory_order_relaxed);
}

}  // namespace mastic::loop
