// Sockets that have an address of their own.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::net {

struct BoundSocket {
  base::Descriptor descriptor;
  base::Address address;  ///< with the port that the system chose when 0 was asked for
};

/// A socket of `type` (SOCK_STREAM, SOCK_DGRAM) that does not block, bound to `address`. A Unix
/// socket that a dead process left behind is replaced, under the lock of who calls (SocketFileLock).
/// Fails as cannot_listen says.
[[nodiscard]] base::Result<BoundSocket> bind_socket(base::Kernel& kernel,
                                                    const base::Address& address, int type);

/// Gives a Unix socket a name that the system chooses, not in the file system, so that it can be
/// replied to. Returns 0, or -errno.
[[nodiscard]] int bind_to_any_name(base::Kernel& kernel, int fd);

/// A message that names the address and the remedy; `result` is what the system call returned.
[[nodiscard]] std::unexpected<base::Error> cannot_listen(int result, const base::Address& address);

}  // namespace mastic::net
