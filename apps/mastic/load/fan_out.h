// Publishing: one connection sends a message, and all connections must get it.

#pragma once

#include "apps/mastic/load/answer.h"
#include "apps/mastic/load/generator.h"

namespace mastic::load {

/// Opens a WebSocket on each connection and sends `options.request` over the first one, again when all
/// have had the message, until the time is over. The result counts an answer for each connection that
/// a message has reached; its latencies are of messages, from when they are sent until the last
/// connection has them. Throws std::runtime_error at the first connection that fails and the first
/// message that is wrong.
[[nodiscard]] Result fan_out(const Options& options, const ExpectedAnswer& expected);

}  // namespace mastic::load
