// The clock of a TestKernel while other threads work.

#include "mastic/testing/test_kernel.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cstdint>
#include <semaphore>
#include <thread>

#include "mastic/base/descriptor.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;

/// A kernel with an event that a thread sets when it has completed an operation. The thread may sleep
/// for a millisecond meanwhile.
struct TestKernelTest : ::testing::Test {
  TestKernelTest() {
    epoll_event watched{.events = EPOLLIN, .data = {}};
    EXPECT_EQ(kernel.epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, event.fd(), &watched), 0);
    // Like a loop, which counts an operation until it has seen the event.
    kernel.wait_for_threads([] { return 1; }, 1ms);
  }
  void complete() {
    const std::uint64_t one = 1;
    EXPECT_EQ(kernel.write(event.fd(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  /// Waits as a loop does whose next timer is due in an hour. Returns how far the clock was moved.
  base::Duration wait() {
    const base::Instant before = kernel.monotonic_now();
    std::array<epoll_event, 1> events;
    (void)kernel.epoll_wait(epoll.fd(), events, 3'600'000);
    return kernel.monotonic_now() - before;
  }

  TestKernel kernel;
  base::Descriptor epoll{kernel, kernel.epoll_create1(EPOLL_CLOEXEC)};
  base::Descriptor event{kernel, kernel.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

TEST_F(TestKernelTest, TheClockStandsStillWhileAThreadRunsHoweverLongItTakes) {
  const std::jthread worker([this] {
    for (int i = 0; i < 20'000; ++i) std::this_thread::yield();
    complete();
  });
  EXPECT_EQ(wait(), 0s);
}

TEST_F(TestKernelTest, TheClockJumpsWhenAllThreadsSleep) {
  std::binary_semaphore jumped{0};
  const std::jthread worker([this, &jumped] {
    jumped.acquire();  // as a thread that waits for the clock
    complete();
  });
  EXPECT_EQ(wait(), 1h);
  jumped.release();
}

}  // namespace
}  // namespace mastic::testing
