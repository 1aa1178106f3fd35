// What comes is sent back, twice told: by tasks, and by functions that block.

#pragma once

#include <mastic/sockets.h>

/// Any number of these run on a few loops.
mastic::Task<> echo(mastic::Connection& connection);

/// Each of these has a thread.
void blocking_echo(mastic::BlockingConnection& connection);
