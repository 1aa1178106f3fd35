#include "mastic/base/random.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "mastic/base/descriptor.h"

namespace mastic::base {

std::uint64_t random_number(Kernel& kernel) {
  std::uint64_t number = 0;
  ssize_t got = 0;
  do {  // a signal may come while the system has none yet, early after its start
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
