// A chat over TCP: the first line of a guest is the name, and each further line is a message.

#pragma once

#include <mastic/sockets.h>

#include "room.h"

/// Serves one guest of `room`.
mastic::Task<> chat(Room& room, mastic::Connection& connection);

/// Options that suit a chat: short lines, and guests who may be silent for an hour.
[[nodiscard]] mastic::TcpServer::Options chat_options();
