// Awaiting a task from a thread that may block.

#pragma once

#include <condition_variable>
#include <mutex>

#include "mastic/async/callbacks.h"
#include "mastic/async/context.h"
#include "mastic/async/task.h"
#include "mastic/loop/loop.h"

namespace mastic::sockets {

/// Runs the tasks of one thread on a loop, one after another, while the thread waits. Must outlive
/// the waiting, and goes on the loop.
class BlockingCalls final : public async::Context {
 public:
  explicit BlockingCalls(loop::Loop& loop) : Context(loop), loop_(loop) {}

  /// On the thread: gives what `task` returns or throws. The loop is to run on another thread.
  template <class T>
  T wait_for(async::Task<T> task) {
    if (!task.is_done()) {
      CallOf<T> call(task);
      run_and_wait(call);
    }
    return task.take();
  }

  void run() noexcept override;
  void finish() noexcept override;
  /// What it runs is of this room, and never blocks.
  [[nodiscard]] bool is_trusted() noexcept override { return true; }

 private:
  class Call {
   public:
    virtual void start(async::Context& context) = 0;
    [[nodiscard]] virtual bool is_done() const = 0;

   protected:
    ~Call() = default;
  };
  template <class T>
  class CallOf final : public Call {
   public:
    explicit CallOf(async::Task<T>& task) : task_(task) {}
    void start(async::Context& context) override { task_.start(context); }
    [[nodiscard]] bool is_done() const override { return task_.is_done(); }

   private:
    async::Task<T>& task_;
  };

  void run_and_wait(Call& call);
  void called() noexcept { schedule(); }

  loop::Loop& loop_;
  Call* call_ = nullptr;  ///< the thread's, until it posts; then the loop's, until it is done
  async::MessageTo<BlockingCalls, &BlockingCalls::called> call_message_{*this};
  std::mutex mutex_;
  std::condition_variable done_;
  bool is_done_ = false;
};

}  // namespace mastic::sockets
