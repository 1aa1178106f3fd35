// Waiting for a task from a thread that may block.

#pragma once

#include <condition_variable>
#include <mutex>

#include "mastic/async/callbacks.h"
#include "mastic/async/context.h"
#include "mastic/async/task.h"
#include "mastic/loop/loop.h"

namespace mastic::sockets {

/// Runs tasks on a loop for one thread, which passes one task at a time and waits until it is done.
/// This object must outlive the calls of that thread, and is destroyed on the loop.
class BlockingCalls final : public async::Context {
 public:
  explicit BlockingCalls(loop::Loop& loop) : Context(loop), loop_(loop) {}

  /// Runs `task` on the loop and waits for it. Returns the result of the task, or throws what the
  /// task threw. Called on the waiting thread. Requires: another thread drives the loop.
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
  /// Trusted, because this context runs only the reads and writes of this room, which never block.
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
  /// The call in progress, or null. It belongs to the waiting thread until that thread posts the
  /// message, and then to the loop until the task is done.
  Call* call_ = nullptr;
  async::MessageTo<BlockingCalls, &BlockingCalls::called> call_message_{*this};
  std::mutex mutex_;
  std::condition_variable done_;
  bool is_done_ = false;
};

}  // namespace mastic::sockets
