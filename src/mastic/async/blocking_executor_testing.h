// Blocking executors for tests.

#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <utility>

#include "mastic/async/blocking_executor.h"

namespace mastic::async {

/// Work that calls a function and records that it ran.
class RecordedWork final : public BlockingWork {
 public:
  explicit RecordedWork(std::function<void()> work = [] {}) : work_(std::move(work)) {}
  void run() noexcept override {
    has_run = true;
    work_();
  }
  bool has_run = false;

 private:
  std::function<void()> work_;
};

/// Queues up to `most` pieces of work; the test runs them one at a time.
class ManualBlockingExecutor final : public BlockingExecutor {
 public:
  explicit ManualBlockingExecutor(std::size_t most) : most_(most) {}

  bool submit(BlockingWork& work) override {
    if (queue_.size() == most_) return false;
    queue_.push_back(&work);
    return true;
  }
  bool withdraw(BlockingWork& work) noexcept override { return queue_.remove(&work) != 0; }
  bool has_reserve() const noexcept override { return true; }

  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  /// Takes the first piece of work, which then cannot be withdrawn, as if a thread had begun it.
  /// Requires: the queue is not empty.
  BlockingWork& take() {
    BlockingWork& work = *queue_.front();
    queue_.pop_front();
    return work;
  }

 private:
  std::size_t most_;
  std::list<BlockingWork*> queue_;
};

}  // namespace mastic::async
