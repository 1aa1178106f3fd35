#include "mastic/testing/test_kernel.h"

namespace mastic::testing {

TestKernel::TestKernel()
    : ForwardingKernel(base::system_kernel()), started_(base::system_kernel().unix_seconds()) {}

std::int64_t TestKernel::unix_seconds() {
  return started_ + std::chrono::duration_cast<std::chrono::seconds>(now_ - start_).count();
}

int TestKernel::epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) {
  const int ready = ForwardingKernel::epoll_wait(epoll, events, 0);
  if (ready == 0 && timeout_ms > 0) advance(std::chrono::milliseconds(timeout_ms));
  return ready;
}

}  // namespace mastic::testing
