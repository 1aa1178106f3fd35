// Shared by the floor programs of WebSockets: the handshake, and frames of a known size.
//
// They parse no more of a frame than its length, and expect that every client has the key of RFC
// 6455 §1.3, as apps/mastic/load has. They check nothing.

#pragma once

#include <cstdint>
#include <string_view>

#include "bench/floor/floor.h"

namespace floor_program {

inline constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "\r\n";

/// What a client has sent and the program has not used yet.
struct Received {
  std::size_t size = 0;
  char bytes[32 * 1024];
};

/// A frame of a client that is at the front of `received`.
struct MaskedFrame {
  char* mask =
      nullptr;  ///< four bytes, which the payload follows; null when the frame is incomplete
  std::size_t size = 0;  ///< of the payload
};

inline MaskedFrame first_frame(Received& received) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(received.bytes[at]); };
  if (received.size < 8) return {};
  std::size_t size = byte(1) & 0x7f;
  std::size_t head = 2;
  if (size == 126) {
    size = byte(2) << 8 | byte(3);
    head = 4;
  }
  if (received.size < head + 4 + size) return {};
  return {received.bytes + head, size};
}

/// Exits when not everything could be sent: a floor program does not wait.
inline void send_all(int fd, const char* bytes, std::size_t size) {
  if (send(fd, bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) {
    if (errno != EPIPE && errno != ECONNRESET) check(-1, "send");
  }
}

}  // namespace floor_program
