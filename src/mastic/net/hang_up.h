// Ending connections so that the peer hears of it.
//
// Closing a descriptor says nothing to the peer while somebody else has the socket open, and a
// child that a handler starts has every one of them until it executes its program, or until it ends
// (ADR 0015).

#pragma once

#include "mastic/base/kernel.h"

namespace mastic::net {

/// Ends both directions of the socket `fd`, connected, connecting or listening; what was sent still
/// arrives. The descriptor stays open.
void hang_up(base::Kernel& kernel, int fd) noexcept;

/// The same, and the peer sees a reset: it must not take what it got for the whole. Unix sockets
/// have none, and end.
void reset(base::Kernel& kernel, int fd) noexcept;

}  // namespace mastic::net
