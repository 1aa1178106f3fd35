// Reading files, which is quick until a disk is not.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/units.h"
#include "mastic/threads/work_queue.h"

namespace mastic::loop {

/// Says where the loops of a server read files: on themselves while that is quick; once a read had
/// a loop taken over, on threads that may block, until reads are quick again. A disk that hangs so
/// holds a few threads and no more, and whatever needs no file goes on (ADR 0016).
///
/// A BlockingExecutor for what reads: at most `max_waits` pieces run at a time, the others wait in line. From
/// any thread, but for the destructor.
class Disk final : public async::BlockingExecutor {
 public:
  /// All must outlive it, and whatever was submitted has ended before it goes. `threads` runs
  /// nothing on the thread that submits it.
  Disk(async::BlockingExecutor& threads, std::uint64_t max_waits, base::Log& log,
       base::Kernel& kernel);
  ~Disk() override;

  /// A loop was taken over while it read.
  void held_a_loop() noexcept;

  // BlockingExecutor.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  /// Whether a loop may read itself.
  [[nodiscard]] bool has_reserve() const noexcept override {
    return !is_slow_.load(std::memory_order_relaxed);
  }

 private:
  /// A thread's turn with what waits.
  struct Reader final : async::BlockingWork {
    explicit Reader(Disk& owner) : disk(owner) {}
    void run() noexcept override { disk.read(*this); }
    Disk& disk;
    bool is_idle = true;
  };
  void read(Reader& reader) noexcept;
  void withdraw_readers() noexcept;
  void took(base::Duration length) noexcept;

  async::BlockingExecutor& threads_;
  base::Log& log_;
  base::Kernel& kernel_;
  std::atomic<bool> is_slow_{false};
  std::mutex mutex_;
  threads::WorkQueue waiting_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::uint64_t running_ = 0;  ///< readers that are not idle: they run, or a thread comes for them
  int quick_ = 0;              ///< reads in a row
  base::Instant logged_{};
};

}  // namespace mastic::loop
