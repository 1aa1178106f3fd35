#include <tbb/concurrent_queue.h>

#include <atomic>
#include <thread>
#include <vector>

#include "mastic/threads/queue.h"

#include "bench/threads/cases.h"

namespace bench {
namespace {

constexpr std::size_t kRoom = 1024;
constexpr int kEnd = -1;

struct OurQueue {
  void put(int item) { (void)queue.put(item); }
  int get() { return *queue.get(); }
  mastic::threads::Queue<int> queue{kRoom};
};

struct TbbQueue {
  TbbQueue() { queue.set_capacity(kRoom); }
  void put(int item) { queue.push(item); }
  int get() {
    int item = 0;
    queue.pop(item);
    return item;
  }
  tbb::concurrent_bounded_queue<int> queue;
};

/// Passes `count` items from kThreads threads to as many others.
template <class Queue, int kThreads>
Measured pass(long count) {
  Queue queue;
  std::atomic<long> sum = 0;
  {
    std::vector<std::jthread> getters;
    for (int i = 0; i < kThreads; ++i) {
      getters.emplace_back([&] {
        long mine = 0;
        for (int item = queue.get(); item != kEnd; item = queue.get()) mine += item;
        sum += mine;
      });
    }
    {
      std::vector<std::jthread> putters;
      for (int i = 0; i < kThreads; ++i) {
        putters.emplace_back([&] {
          for (long k = 0; k < count / kThreads; ++k) queue.put(1);
        });
      }
    }
    for (int i = 0; i < kThreads; ++i) queue.put(kEnd);
  }
  expect(sum == count / kThreads * kThreads, "an item was lost");
  return {};
}

}  // namespace

Cases queue_cases() {
  return {{"queue-1", pass<OurQueue, 1>},
          {"queue-4", pass<OurQueue, 4>},
          {"queue-1-tbb", pass<TbbQueue, 1>},
          {"queue-4-tbb", pass<TbbQueue, 4>}};
}

}  // namespace bench
