// What the chat does for one guest.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "room.h"

/// Lets a guest take part in a room until the socket is closed.
mastic::Task<> attend(mastic::WebSocket& socket, Rooms& rooms, std::string room_name);
