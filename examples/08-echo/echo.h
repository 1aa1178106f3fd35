// An echo server, written twice: with tasks, and with functions that block.

#pragma once

#include <mastic/sockets.h>

/// Serves a connection as a task. A few loops run any number of them.
mastic::Task<> echo(mastic::Connection& connection);

/// Serves a connection on a thread of its own.
void blocking_echo(mastic::BlockingConnection& connection);
