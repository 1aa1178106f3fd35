#include "mastic/base/kernel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mastic/base/standard_streams.h"

namespace mastic::base {
namespace {

/// Calls everything that makes a descriptor. Returns whether none of them is a standard stream.
bool keeps_apart() {
  Kernel& kernel = system_kernel();
  int pair[2] = {-1, -1};
  bool apart = kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pair[0] > 2 && pair[1] > 2;
  for (const int fd :
       {kernel.open("/dev/null", O_RDWR, 0), kernel.openat2(AT_FDCWD, ".", O_PATH, 0),
        kernel.socket(AF_INET, SOCK_STREAM, 0), kernel.epoll_create1(EPOLL_CLOEXEC),
        kernel.eventfd(0, EFD_CLOEXEC)}) {
    apart = apart && fd > 2 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
  }
  io_uring ring{};
  if (kernel.io_uring_queue_init(4, ring) == 0) {  // may be forbidden here
    apart = apart && ring.ring_fd > 2 && kernel.io_uring_submit_and_wait(ring, 0) == 0;
    kernel.io_uring_queue_exit(ring);
  }
  for (const int standard : {0, 1, 2}) apart = apart && fcntl(standard, F_GETFD) == -1;
  return apart;
}

void close_standard_streams() {
  for (const int standard : {0, 1, 2}) close(standard);
}

TEST(SystemKernel, GivesNoDescriptorTheNumberOfAStandardStream) {
  EXPECT_EXIT(
      {
        close_standard_streams();
        _exit(keeps_apart() ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

TEST(StandardStreams, AreOpenedIfAParentProcessClosedThem) {
  EXPECT_EXIT(
      {
        close_standard_streams();
        const bool opened = open_standard_streams().has_value();
        bool all = opened;
        for (const int standard : {0, 1, 2}) all = all && fcntl(standard, F_GETFD) == 0;
        _exit(all && write(2, "x", 1) == 1 ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace mastic::base
