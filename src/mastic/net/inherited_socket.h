// Listening sockets that this process was started with: by a service manager, or by the process whose
// place it takes. They are open before it runs and after it ends, so nobody is refused in between.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/net/bound_socket.h"

namespace mastic::net {

/// The socket behind `address`, with a descriptor of its own and the address that it is bound to. It
/// does not block, which holds for all who have the socket. The inherited descriptor stays open, so that
/// a server may be started on it anew, but children of this process do not inherit it.
///
/// Fails, and says what is there instead, unless it is a stream socket that listens on an IP address
/// or a path. Requires: address.is_inherited().
[[nodiscard]] base::Result<BoundSocket> take_inherited(base::Kernel& kernel,
                                                       const base::Address& address);

}  // namespace mastic::net
