// An executor that uses a limited number of another executor's threads.

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

/// Runs at most `most` pieces of work at a time, on the threads of another executor; further work
/// waits in a queue. So work that may hold threads for long holds only a few of them. All members
/// except the destructor may be called from any thread.
class BoundedExecutor : public async::BlockingExecutor {
 public:
  /// How a BoundedExecutor asks the other executor for a thread.
  enum class Claim : std::uint8_t {
    Any,    ///< with `submit`: refused when the queue of the other executor is full
    Begun,  ///< with `submit_begun`: the work has begun elsewhere, so it is not refused
  };
  /// Runs at most `most` pieces of work at a time. `threads` and `kernel` must outlive this
  /// executor. Requires: `threads` never runs work inside `submit`, on the submitting thread.
  /// Throws std::bad_alloc.
  BoundedExecutor(async::BlockingExecutor& threads, std::uint64_t most, Claim claim,
                  base::Kernel& kernel);
  /// Waits until the other executor has its last thread back. Requires: all submitted work has
  /// ended.
  ~BoundedExecutor() override;
  BoundedExecutor(const BoundedExecutor&) = delete;
  BoundedExecutor& operator=(const BoundedExecutor&) = delete;

  // BlockingExecutor.
  /// Queues `work`. Returns false only when no work of this executor is running and the other
  /// executor refuses a thread.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override { return false; }

 protected:
  /// Called after each piece of work, which took `length`, with the mutex held.
  virtual void took(base::Duration length) noexcept { (void)length; }
  [[nodiscard]] std::mutex& mutex() { return mutex_; }

 private:
  /// What is submitted to the other executor: its thread runs queued work until the queue is empty.
  struct Turn final : async::BlockingWork {
    explicit Turn(BoundedExecutor& one) : owner(one) {}
    void run() noexcept override { owner.take_turn(*this); }
    BoundedExecutor& owner;
    bool is_coming = false;  ///< a thread was asked for and has not arrived yet
  };
  // take_turn is called without the lock, the other functions with it.
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
  std::vector<Turn*> idle_;  ///< turns without a thread; the others run, or their thread is coming
  std::size_t coming_ = 0;
};

}  // namespace mastic::threads
