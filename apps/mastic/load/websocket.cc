#include "apps/mastic/load/websocket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/wire/websocket/frame.h"

namespace mastic::load {
namespace {

constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string frame_head(const wire::websocket::FrameHead& head) {
  char bytes[wire::websocket::kMaxFrameHeadBytes];
  return {bytes, wire::websocket::write_frame_head(bytes, head)};
}

}  // namespace

std::string opening_request(const Target& target) {
  return "GET " + target.path + " HTTP/1.1\r\nHost: " + target.authority +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

bool opens_websocket(std::string_view head) {
  return head.starts_with("HTTP/1.1 101 ") && head.contains(kAccept);
}

base::Result<int> open_websocket(const SocketAddress& server, const std::string& opening,
                                 base::Duration timeout) {
  const auto connected = connect_within(server, timeout);
  if (!connected) return base::fail("no connection to the server: ", connected.error().message);
  base::Descriptor socket(base::system_kernel(), *connected);
  if (send(socket.fd(), opening.data(), opening.size(), MSG_NOSIGNAL) < 0) {
    return base::fail_with_number(errno, "send");
  }
  constexpr std::size_t kMostBytes = 16 << 10;
  std::string head;
  // Byte by byte, because a frame may follow that belongs to the measurement.
  while (!head.ends_with(kEndOfHead) && head.size() < kMostBytes) {
    char byte = 0;
    if (!wait_for(socket.fd(), false, timeout)) {
      return base::fail("no WebSocket was opened within ", base::format_duration(timeout));
    }
    if (recv(socket.fd(), &byte, 1, 0) <= 0) break;
    head += byte;
  }
  if (!opens_websocket(head)) {
    return base::fail("the server did not open a WebSocket: ",
                      head.empty() ? "it closed the connection" : head.substr(0, head.find('\r')));
  }
  return socket.release();
}

// The masking key is always the same, so that all messages are the same bytes.
std::string masked_frame(std::string_view text) {
  constexpr char kMask[4] = {0x37, 0x5a, 0x11, 0x6c};
  std::string frame = frame_head({.length = text.size(), .masking_key = 0});
  frame.replace(frame.size() - 4, 4, kMask, 4);
  for (std::size_t at = 0; at < text.size(); ++at) {
    frame += static_cast<char>(text[at] ^ kMask[at % 4]);
  }
  return frame;
}

std::string plain_frame(std::string_view text) {
  return frame_head({.length = text.size()}).append(text);
}

std::string some_text(std::size_t bytes) {
  std::string text;
  std::uint32_t state = 7;
  while (text.size() < bytes) {
    state = state * 1664525 + 1013904223;  // a linear congruential generator
    text += static_cast<char>(' ' + (state >> 8) % 95);
  }
  return text;
}

}  // namespace mastic::load
