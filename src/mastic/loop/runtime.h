// The loops of a program, and the threads that drive them: a program has one Runtime.

#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"
#include "mastic/loop/disk.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/options.h"
#include "mastic/loop/post.h"
#include "mastic/loop/scheduler.h"
#include "mastic/loop/transfer.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::loop {

/// The loops of a program with their one pool of threads, the way they move bytes, and the disk
/// that decides where they read files (ADR 0026). Any number of servers can run on a runtime, and
/// may start and end while the runtime runs:
///
///     const auto runtime = loop::Runtime::open(options, log, base::system_kernel());
///     (*runtime)->start();
///     server::Server site(...), pages(...);
///     site.start_on(**runtime);
///     pages.start_on(**runtime);
///
/// Everything that runs on a runtime must be destroyed before the runtime. The destructor stops the
/// loops and waits for them. A server that is started without a runtime opens a runtime of its own.
class Runtime final {
 public:
  /// Opens the loops; no thread drives them yet. `log` and `kernel` must outlive the runtime. Fails
  /// when the kernel has no descriptors left. Requires: `options` passed Options::check.
  [[nodiscard]] static base::Result<std::unique_ptr<Runtime>> open(const Options& options,
                                                                   base::Log& log,
                                                                   base::Kernel& kernel);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Starts threads that drive the loops. Fails when the system does not have enough threads; then
  /// no loop is driven.
  [[nodiscard]] base::Result<void> start();
  /// Stops the loops. May be called from any thread. Requires: nothing waits for a loop any more.
  void stop() noexcept;
  /// Waits until the loops have ended. Returns the number of threads that were written off and have
  /// not returned (Scheduler::join).
  std::uint64_t join();

  /// Whether threads drive the loops.
  [[nodiscard]] bool is_driven() const { return driven_.load(); }
  /// The loops, one for each core unless the options say otherwise.
  [[nodiscard]] std::span<const std::unique_ptr<Loop>> loops() const { return loops_; }
  /// The threads of all loops.
  [[nodiscard]] Scheduler& scheduler() { return scheduler_; }
  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  /// How bytes are transferred, and the reason for that choice.
  [[nodiscard]] const TransferChoice& transfer() const { return transfer_; }
  /// The kernel that the runtime was opened with.
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }

  /// Runs `work()` on `loop`, waits for it, and returns its result. An exception that `work` throws
  /// is rethrown. While the loops are not driven, `work` runs on the calling thread. Must not be
  /// called on a loop, because the loop would wait for itself.
  template <class Work>
  auto call(Loop& loop, Work work) -> decltype(work());
  /// Runs turns of all loops on the calling thread until `is_over()` returns true, and then one
  /// more turn of each, for the messages that the turns before posted. So work that was begun on
  /// the loops can end even if no thread has ever driven them. Requires: no thread drives the
  /// loops.
  template <class IsOver>
  void turn_until(IsOver is_over) {
    for (bool was_over = false; !std::exchange(was_over, is_over());) {
      for (const auto& loop : loops_) (void)loop->turn(base::Duration::zero());
    }
  }

 private:
  Runtime(const Options& options, TransferChoice transfer, base::Log& log, base::Kernel& kernel);
  void threads_are_short(std::uint64_t held) noexcept;

  base::Log& log_;
  base::Kernel& kernel_;
  const TransferChoice transfer_;
  // The loops refer to the scheduler and the disk, so both are destroyed after the loops. By then
  // no thread drives the loops.
  Scheduler scheduler_;
  Disk disk_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<bool> driven_{false};
};

template <class Work>
auto Runtime::call(Loop& loop, Work work) -> decltype(work()) {
  if (!is_driven()) return work();
  std::packaged_task<decltype(work())()> task(std::move(work));
  auto done = task.get_future();
  post(loop, std::move(task));
  const threads::BlockingScope blocking;
  return done.get();
}

}  // namespace mastic::loop
