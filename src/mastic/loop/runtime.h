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
/// that decides where they read files (ADR 0026). Any number of servers can run on it, and may
/// start and end while it runs:
///
///     const auto runtime = loop::Runtime::open(options, log, base::system_kernel());
///     (*runtime)->start();
///     server::Server site(...), pages(...);
///     site.start_on(**runtime);
///     pages.start_on(**runtime);
///
/// Everything that runs on it must be destroyed before it. The destructor stops the loops and waits
/// for them. A server that is started without a runtime makes its own.
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

  /// Starts threads that drive the loops. When the system has no threads for all of them, this
  /// fails and no loop is driven.
  [[nodiscard]] base::Result<void> start();
  /// Stops the loops, from any thread. Nothing that waits for a loop may be left.
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

  /// Runs `work()` on `loop`, waits, and returns its result. What `work` throws is thrown here.
  /// While the loops are not driven, `work` runs on the calling thread. Must not be called on a
  /// loop, which would wait for itself.
  template <class Work>
  auto call(Loop& loop, Work work) -> decltype(work());
  /// Runs turns of the loops on this thread until `is_over()`, and one more for the messages that
  /// the last of them posted. With this, work that was begun on the loops can end although they
  /// were never driven. Requires: no thread drives them.
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
  // The loops refer to scheduler and disk, so these are destroyed after them. No thread drives the
  // loops by then.
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
