// Ending connections so that the peer is told.
//
// Closing a descriptor tells the peer nothing while another process has the socket open. A child
// that a handler forks has every socket open until the child executes its program or ends (ADR
// 0015).

#pragma once

#include "mastic/base/kernel.h"

namespace mastic::net {

/// Ends both directions of the socket `fd`, which may be connected, connecting or listening. Bytes
/// that were sent still arrive. The descriptor stays open.
void hang_up(base::Kernel& kernel, int fd) noexcept;

/// Ends the socket `fd` like hang_up, but so that the peer sees a reset and does not take the bytes
/// it has got for a complete message. Unix sockets have no reset; this function ends them as
/// hang_up does.
void reset(base::Kernel& kernel, int fd) noexcept;

}  // namespace mastic::net
