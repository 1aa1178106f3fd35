// What time it is, over UDP.

#pragma once

#include <mastic/sockets.h>

#include <ctime>
#include <string>

/// "2026-11-22T06:41:27Z\n"
[[nodiscard]] std::string format_time(std::time_t time);

/// Answers an empty datagram with the time, and no other.
mastic::Task<> tell_time(mastic::Datagram& question);
