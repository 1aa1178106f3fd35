#include "mastic/testing/test_kernel.h"

#include <algorithm>

namespace mastic::testing {

TestKernel::TestKernel()
    : ForwardingKernel(base::system_kernel()),
      start_(base::system_kernel().monotonic_now()),
      wall_start_(base::system_kernel().wall_now().time_since_epoch().count()) {}

// The wall clock is wall_start_ + passed_. Only wall_start_ is moved, because passed_ is part of
// the monotonic clock, too.
void TestKernel::set_wall(base::WallTime time) {
  const auto passed = std::chrono::duration_cast<base::WallTime::duration>(this->passed());
  wall_start_ = (time - passed).time_since_epoch().count();
}

base::Instant TestKernel::monotonic_now() { return start_ + passed(); }

base::WallTime TestKernel::wall_now() {
  const base::WallTime start{base::WallTime::duration(wall_start_.load())};
  return start + std::chrono::duration_cast<base::WallTime::duration>(passed());
}

std::int64_t TestKernel::unix_seconds() {
  return std::chrono::floor<std::chrono::seconds>(wall_now()).time_since_epoch().count();
}

/// Whether other threads work on more operations than this kernel has given up waiting for.
bool TestKernel::awaits_threads() noexcept {
  const int count = count_remote_ ? count_remote_() : 0;
  given_up_ = std::min(given_up_, count);
  return count > given_up_;
}

int TestKernel::epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) {
  constexpr int kPatienceMs = 1000;
  // A timeout of zero: sockets that are ready are served before time passes. A timeout of -1,
  // without a timer to wait for, leaves the clocks alone.
  int ready = ForwardingKernel::epoll_wait(epoll, events, 0);
  if (ready != 0 || timeout_ms <= 0) return ready;
  if (awaits_threads()) {
    ready = ForwardingKernel::epoll_wait(epoll, events, kPatienceMs);
    if (ready != 0) return ready;
    given_up_ = count_remote_();
  }
  advance(std::chrono::milliseconds(timeout_ms));
  return ready;
}

}  // namespace mastic::testing
