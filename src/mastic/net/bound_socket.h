// Sockets that are bound to an address.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::net {

/// A socket and the address that it is bound to.
struct BoundSocket {
  base::Descriptor descriptor;
  base::Address address;  ///< if port 0 was asked for, with the port that the system chose
};

/// Makes a non-blocking socket of `type` (SOCK_STREAM, SOCK_DGRAM) that is bound to `address`. A
/// Unix socket file that a dead process left behind is replaced; this requires that the caller
/// holds a SocketFileLock. Fails with the error of cannot_listen.
[[nodiscard]] base::Result<BoundSocket> bind_socket(base::Kernel& kernel,
                                                    const base::Address& address, int type);

/// Binds a Unix socket to a name that the system chooses, outside of the file system, so that peers
/// can reply to the socket. Returns 0, or -errno.
[[nodiscard]] int bind_to_any_name(base::Kernel& kernel, int fd);

/// An error whose message names the address and the remedy. `result` is the -errno that a system
/// call returned.
[[nodiscard]] std::unexpected<base::Error> cannot_listen(int result, const base::Address& address);

}  // namespace mastic::net
