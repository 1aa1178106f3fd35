// What the tests of the thread pool share.

#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/event.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {

using Why = TaskLost::Why;

template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

/// Why a future has no result.
template <class T>
Why why_lost(Future<T> future) {
  try {
    (void)future.get();
  } catch (const TaskLost& lost) {
    return lost.why();
  }
  throw std::logic_error("the task was not lost");
}

/// Something to wait for. Unlike Event it opens no BlockingScope, so the pool does not notice the
/// wait.
struct Gate {
  void set() {
    is_open = true;
    is_open.notify_all();
  }
  void wait() const { is_open.wait(false); }
  std::atomic<bool> is_open = false;
};

struct ThreadPoolTest : testing::Test {
  void TearDown() override { EXPECT_EQ(reported, expected_reports); }

  /// Options for one thread without a stand-in.
  static ThreadPool::Options single(std::size_t max_queued = ThreadPool::kUnbounded,
                                    WhenFull when_full = WhenFull::Wait) {
    return {.name = "single",
            .max_threads = 1,
            .max_stand_ins = 0,
            .max_queued = max_queued,
            .when_full = when_full};
  }
  /// Occupies a thread of a pool until `gate` is set. Returns once the thread is occupied.
  Future<> hold(ThreadPool& pool) {
    Event begun;
    Future<> held = pool.submit([&] {
      begun.set();
      gate.wait();
    });
    begun.wait();
    return held;
  }

  Gate gate;
  std::mutex mutex;
  std::vector<std::string> reported;
  std::vector<std::string> expected_reports;
  const UncaughtHook hook{[this](const UncaughtError& error) {
    const std::lock_guard lock(mutex);
    reported.push_back(error.message());
  }};
};

}  // namespace mastic::threads
