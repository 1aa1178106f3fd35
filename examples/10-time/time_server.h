// The time over UDP.

#pragma once

#include <mastic/sockets.h>

#include <ctime>
#include <string>

/// The time in UTC, as a line: "2026-11-22T06:41:27Z\n".
[[nodiscard]] std::string format_time(std::time_t time);

/// Answers a datagram that is empty or an empty line with the time, and ignores all others.
mastic::Task<> tell_time(mastic::Datagram& question);
