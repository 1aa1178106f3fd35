// Threads for tests that tell when they are about to wait.

#pragma once

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

/// Starts threads, and counts those that are in a BlockingScope. Joins them at its end.
class BlockingThreads {
 public:
  BlockingThreads() = default;
  BlockingThreads(const BlockingThreads&) = delete;
  BlockingThreads& operator=(const BlockingThreads&) = delete;

  /// Calls `function` on a thread.
  template <class F>
  void start(F function) {
    threads_.emplace_back([this, function = std::move(function)]() mutable {
      BlockingScope::set_host(&host_);
      function();
    });
  }
  /// Waits until so many of the threads are about to wait, or wait.
  void wait_for_blocked(int threads) const {
    while (host_.blocked < threads) std::this_thread::yield();
  }
  void join() { threads_.clear(); }

 private:
  struct Host final : BlockingHost {
    void blocks() noexcept override { ++blocked; }
    void goes_on() noexcept override { --blocked; }
    std::atomic<int> blocked = 0;
  };

  Host host_;
  std::vector<std::jthread> threads_;
};

}  // namespace mastic::threads
