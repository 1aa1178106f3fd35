// A chat over TCP: one line for the name, then a line for each thing said.

#pragma once

#include <mastic/sockets.h>

#include "room.h"

/// Serves one guest of `room`.
mastic::Task<> chat(Room& room, mastic::Connection& connection);

/// What suits a chat: short lines, and guests who may listen for long.
[[nodiscard]] mastic::TcpServer::Options chat_options();
