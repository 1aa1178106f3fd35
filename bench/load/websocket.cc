#include "bench/load/websocket.h"

#include <sys/socket.h>

#include "bench/load/expected.h"

namespace load {

namespace {

constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string head(std::size_t bytes, int mask_bit) {
  std::string head = "\x81";  // a text frame, the only one of its message
  if (bytes < 126) return head + static_cast<char>(mask_bit | static_cast<int>(bytes));
  if (bytes > 0xffff) fail("messages have at most 65535 bytes here");
  head += static_cast<char>(mask_bit | 126);
  head += static_cast<char>(bytes >> 8);
  return head + static_cast<char>(bytes & 0xff);
}

}  // namespace

void open_websocket(int fd, std::string_view path) {
  const std::string request =
      "GET " + std::string(path) +
      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
  std::string answer;
  // Byte by byte, because a frame may follow that belongs to the measurement.
  while (!answer.ends_with("\r\n\r\n")) {
    char byte = 0;
    if (recv(fd, &byte, 1, 0) <= 0) fail("the server closed the connection: " + answer);
    answer += byte;
  }
  if (!answer.starts_with("HTTP/1.1 101 ") || answer.find(kAccept) == answer.npos) {
    fail("the server did not open a WebSocket: " + answer);
  }
}

std::string masked_frame(std::string_view text) {
  constexpr char kMask[4] = {0x37, 0x5a, 0x11, 0x6c};
  std::string frame = head(text.size(), 0x80).append(kMask, 4);
  for (std::size_t at = 0; at < text.size(); ++at) {
    frame += static_cast<char>(text[at] ^ kMask[at % 4]);
  }
  return frame;
}

std::string plain_frame(std::string_view text) { return head(text.size(), 0).append(text); }

}  // namespace load
