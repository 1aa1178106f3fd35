// Measures what it costs a server to pass a message on to many WebSockets.
//
// All connections open a WebSocket at the same path. The first one sends a message, which the server
// must pass on to all of them, the first included. When all have it, the first sends the next one.

#pragma once

#include "bench/load/generator.h"

namespace load {

/// Runs the load and returns the result, in which an answer is one delivery. `options.request` is
/// what is sent, and `expected` what each connection receives. Ends the program at the first wrong
/// byte or broken connection.
Result fan_out(const Options& options, const Expected& expected);

}  // namespace load
