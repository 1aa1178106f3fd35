// Listening sockets that a service manager, or the process that this process replaces, has passed
// on to this process. Such sockets are open before this process starts and after it ends, so no
// client is refused in between.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/net/bound_socket.h"

namespace mastic::net {

/// Duplicates the inherited descriptor that `address` names, and returns it with the address that
/// the socket is bound to. The socket is made non-blocking, which affects every process that has
/// the socket open. The inherited descriptor stays open, so that a server can be started on it
/// again, but children of this process no longer inherit it.
///
/// Fails unless the descriptor is a stream socket that listens on an IP address or a Unix address;
/// the message says what the descriptor is instead. Requires: address.is_inherited().
[[nodiscard]] base::Result<BoundSocket> take_inherited(base::Kernel& kernel,
                                                       const base::Address& address);

}  // namespace mastic::net
