#include "mastic/net/hang_up.h"

#include <sys/socket.h>

namespace mastic::net {

void hang_up(base::Kernel& kernel, int fd) noexcept { (void)kernel.shutdown(fd, SHUT_RDWR); }

/// Connecting to AF_UNSPEC disconnects a TCP socket with a reset (connect(2)), at once and for all
/// processes that have the socket open. Closing with SO_LINGER at 0 would have an effect only when
/// the last of these processes closes the socket.
void reset(base::Kernel& kernel, int fd) noexcept {
  sockaddr unspecified{};
  unspecified.sa_family = AF_UNSPEC;
  if (kernel.connect(fd, &unspecified, sizeof unspecified) < 0) hang_up(kernel, fd);
}

}  // namespace mastic::net
