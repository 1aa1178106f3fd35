// Contexts for tests, on several executors with several threads each.

#pragma once

#include <list>
#include <random>
#include <thread>
#include <utility>

#include "mastic/async/threaded_executor_testing.h"

namespace mastic::async {

/// Three executors with two threads each, and the contexts that run on them.
class Fleet {
 public:
  Fleet() {
    for (int i = 0; i < 3; ++i) executors_.emplace_back(2);
  }
  ~Fleet() {
    for (ThreadedExecutor& executor : executors_) executor.join();
  }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Starts a context with `task`, on the executors in turn.
  void start(Task<int> task) {
    executors_.splice(executors_.end(), executors_, executors_.begin());
    contexts_.emplace_back(executors_.back(), std::move(task));
  }
  /// Stops every third context, at random moments.
  void stop_some() {
    std::minstd_rand random(7);
    int i = 0;
    for (ThreadedContext<int>& context : contexts_) {
      if (++i % 3 != 0) continue;
      for (auto yields = random() % 20; yields > 0; --yields) std::this_thread::yield();
      context.stop_soon();
    }
  }
  /// Waits for all contexts and returns the sum of their results; a cancelled one counts as 0.
  int sum() {
    int sum = 0;
    for (ThreadedContext<int>& context : contexts_) {
      try {
        sum += context.take();
      } catch (const Cancelled&) {
      }
    }
    return sum;
  }

 private:
  std::list<ThreadedExecutor> executors_;
  std::list<ThreadedContext<int>> contexts_;
};

}  // namespace mastic::async
