#include "mastic/testing/test_kernel.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

namespace mastic::testing {
namespace {

/// Whether another thread of this process than `self` runs, could run if a processor were free, or
/// waits for a disk. proc_pid_stat(5): the state of a thread follows its name in parentheses.
bool is_another_running(int self) noexcept {
  try {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
      if (thread.path().filename() == std::to_string(self)) continue;
      std::ifstream file(thread.path() / "stat");
      std::string stat;
      if (!std::getline(file, stat)) continue;  // the thread has ended
      const std::size_t name_end = stat.rfind(") ");
      const char state = name_end == stat.npos ? '?' : stat.at(name_end + 2);
      if (state == 'R' || state == 'D') return true;
    }
  } catch (const std::exception&) {  // no memory, or no /proc: as if they slept
  }
  return false;
}

}  // namespace

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

/// Waits for an event while other threads run, and no longer than `patience_` while all of them sleep.
/// They are looked at before each wait, so that what they have done last is not missed.
int TestKernel::wait_for_event(int epoll, std::span<epoll_event> events) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest = std::chrono::minutes(1);
  const milliseconds look = std::min(milliseconds(50), patience_);
  milliseconds asleep{0};
  bool runs = true;
  for (milliseconds all{0}; asleep < patience_ && all < kLongest; all += look) {
    const int ready = ForwardingKernel::epoll_wait(epoll, events, static_cast<int>(look.count()));
    if (ready != 0) return ready;
    asleep = runs ? milliseconds(0) : asleep + look;
    runs = is_another_running(gettid());
  }
  return 0;
}

int TestKernel::epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) {
  // A timeout of zero: sockets that are ready are served before time passes. A timeout of -1,
  // without a timer to wait for, leaves the clocks alone.
  int ready = ForwardingKernel::epoll_wait(epoll, events, 0);
  if (ready != 0 || timeout_ms <= 0) return ready;
  if (awaits_threads()) {
    ready = wait_for_event(epoll, events);
    if (ready != 0) return ready;
    given_up_ = count_remote_();
  }
  advance(std::chrono::milliseconds(timeout_ms));
  return ready;
}

}  // namespace mastic::testing
