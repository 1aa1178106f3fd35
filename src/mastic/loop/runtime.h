// What a program has one of: its loops, and the threads that drive them.

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

/// Loops, one pool of threads for all of them, the choice how they move bytes, and where they read
/// files (ADR 0026). Servers stand on it, any number of them, and may come and go while it runs:
///
///     const auto runtime = loop::Runtime::open(options, log, base::system_kernel());
///     (*runtime)->start();
///     server::Server site(...), pages(...);
///     site.start_on(**runtime);
///     pages.start_on(**runtime);
///
/// What stands on it goes before it. Destroying it ends the loops and waits. A server that is started
/// without one makes its own.
class Runtime final {
 public:
  /// Opens the loops, which nobody drives yet. `log` and `kernel` must outlive it. Fails when the kernel
  /// has no descriptors left. Requires of `options`: they fit (Options::check).
  [[nodiscard]] static base::Result<std::unique_ptr<Runtime>> open(const Options& options,
                                                                   base::Log& log,
                                                                   base::Kernel& kernel);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Has the loops driven. When the system has no threads for that it fails, and drives none.
  [[nodiscard]] base::Result<void> start();
  /// Ends the loops, from any thread. Nothing may stand on them any more that waits for them.
  void stop() noexcept;
  /// Waits until the loops have ended; returns how many threads were written off and have not come
  /// back.
  std::uint64_t join();

  /// Whether threads drive the loops.
  [[nodiscard]] bool is_driven() const { return driven_.load(); }
  /// The loops, one for each core unless the options say otherwise.
  [[nodiscard]] std::span<const std::unique_ptr<Loop>> loops() const { return loops_; }
  /// The threads of all loops.
  [[nodiscard]] Scheduler& scheduler() { return scheduler_; }
  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  /// How bytes are transferred, and why so.
  [[nodiscard]] const TransferChoice& transfer() const { return transfer_; }
  /// The kernel that it was opened with.
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }

  /// Does `work()` on `loop` and returns what it does; here, while nobody drives the loop. Waits for it,
  /// so it is not for what runs on a loop itself. What `work` throws is thrown here.
  template <class Work>
  auto call(Loop& loop, Work work) -> decltype(work());
  /// Turns the loops here until `is_over()`, and once more for what the end has posted: what was begun
  /// on them can end although they never ran. Requires: nobody drives them.
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
  // Scheduler and disk outlive the loops that name them; loops are driven by nobody when they go.
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
