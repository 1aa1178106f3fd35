// A share of the threads of another executor.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/units.h"
#include "mastic/threads/work_queue.h"

namespace mastic::threads {

/// Runs at most so many pieces of work at a time, on the threads of another executor; the others wait in
/// line. So what may hold its threads for long holds a few of them, and no more. From any thread, but for
/// the destructor.
class BoundedExecutor : public async::BlockingExecutor {
 public:
  /// What it asks of the other executor.
  enum class Claim : std::uint8_t {
    Any,    ///< as any work does, so it is refused when the queue there is full
    Begun,  ///< its work has begun elsewhere and is not refused (submit_begun)
  };
  /// All must outlive it. `threads` runs nothing on the thread that submits it. Throws std::bad_alloc.
  BoundedExecutor(async::BlockingExecutor& threads, std::uint64_t most, Claim claim,
                  base::Kernel& kernel);
  /// Waits until its last thread has gone back. Requires: whatever was submitted has ended.
  ~BoundedExecutor() override;
  BoundedExecutor(const BoundedExecutor&) = delete;
  BoundedExecutor& operator=(const BoundedExecutor&) = delete;

  // BlockingExecutor.
  /// Refused only when nothing of it runs, and no thread would come.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override { return false; }

 protected:
  /// With the mutex: a piece of work took `length`.
  virtual void took(base::Duration length) noexcept { (void)length; }
  [[nodiscard]] std::mutex& mutex() { return mutex_; }

 private:
  /// A thread's turn with what waits.
  struct Turn final : async::BlockingWork {
    explicit Turn(BoundedExecutor& one) : owner(one) {}
    void run() noexcept override { owner.take_turn(*this); }
    BoundedExecutor& owner;
    bool is_coming = false;  ///< a thread was asked for, and is not there yet
  };
  // The first has no lock yet, the others have.
  void take_turn(Turn& turn) noexcept;
  [[nodiscard]] bool ask_for_thread(Turn& turn, Claim claim);
  void withdraw_turns() noexcept;
  void end(Turn& turn) noexcept;

  async::BlockingExecutor& threads_;
  const Claim claim_;
  base::Kernel& kernel_;
  std::mutex mutex_;
  std::condition_variable all_idle_;
  WorkQueue waiting_;
  std::vector<std::unique_ptr<Turn>> turns_;
  std::vector<Turn*> idle_;  ///< of these; the others run, or a thread comes for them
  std::size_t coming_ = 0;
};

}  // namespace mastic::threads
