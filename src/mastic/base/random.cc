#include "mastic/base/random.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "mastic/base/descriptor.h"

namespace mastic::base {

std::uint64_t random_number(Kernel& kernel) {
  std::uint64_t number = 0;
  ssize_t got = 0;
  // Right after the machine started, getrandom waits until there is enough entropy, and a signal
  // may interrupt that wait. Afterwards, a call for up to 256 bytes is never interrupted.
  do {
    got = kernel.getrandom(&number, sizeof number);
  } while (got == -EINTR);
  if (got == sizeof number) return number;
  const int fd = kernel.open("/dev/urandom", O_RDONLY, 0);
  if (fd >= 0) {
    const Descriptor source(kernel, fd);
    if (kernel.read(fd, &number, sizeof number) == sizeof number) return number;
  }
  throw std::system_error(got < 0 ? static_cast<int>(-got) : EIO, std::generic_category(),
                          "there are no random numbers: getrandom is refused, and /dev/urandom "
                          "cannot be read");
}

}  // namespace mastic::base
