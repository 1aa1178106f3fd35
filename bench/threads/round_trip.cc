#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "mastic/threads/thread_pool.h"

#include "bench/threads/cases.h"

namespace bench {
namespace {

/// Calls `trip` `count` times and returns its median time.
template <class Trip>
Measured median_of(long count, Trip trip) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times(static_cast<std::size_t>(count));
  for (double& time : times) {
    const auto before = Clock::now();
    trip();
    time = std::chrono::duration<double, std::nano>(Clock::now() - before).count();
  }
  const auto middle = times.begin() + count / 2;
  std::ranges::nth_element(times, middle);
  return {*middle};
}

/// A ball that two threads pass to each other, with a futex to wait for it.
class Ball {
 public:
  void wait_for(int side) {
    for (int now = side_.load(); now != side; now = side_.load()) call(FUTEX_WAIT_PRIVATE, now);
  }
  void pass_to(int side) {
    side_.store(side);
    call(FUTEX_WAKE_PRIVATE, 1);
  }

 private:
  void call(int operation, int value) {
    syscall(SYS_futex, &side_, operation, value, nullptr, nullptr, 0);
  }
  std::atomic<int> side_{0};
};

/// The floor of a round trip: no queue, no task, no result.
Measured futex(long count) {
  Ball ball;
  std::jthread other([&] {
    for (long i = 0; i < count; ++i) {
      ball.wait_for(1);
      ball.pass_to(0);
    }
  });
  return median_of(count, [&] {
    ball.pass_to(1);
    ball.wait_for(0);
  });
}

Measured pool(long count) {
  mastic::threads::ThreadPool pool({.min_threads = 1, .max_threads = 1});
  return median_of(count, [&] { pool.submit([] {}).get(); });
}

}  // namespace

Cases round_trip_cases() { return {{"futex", futex}, {"pool", pool}}; }

}  // namespace bench
