#include "mastic/net/hang_up.h"

#include <sys/socket.h>

namespace mastic::net {

void hang_up(base::Kernel& kernel, int fd) noexcept { (void)kernel.shutdown(fd, SHUT_RDWR); }

/// Connecting to no address disconnects (connect(2)), at once and for all who have the socket;
/// closing it with SO_LINGER at 0 would wait for the last of them.
void reset(base::Kernel& kernel, int fd) noexcept {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (kernel.connect(fd, &nobody, sizeof nobody) < 0) hang_up(kernel, fd);
}

}  // namespace mastic::net
