#include "mastic/wire/websocket/frame.h"

#include <cstring>

namespace mastic::wire::websocket {
namespace {

/// Writes `number` in `bytes` bytes, the most significant one first.
char* put_big_endian(char* at, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    *at++ = static_cast<char>(number >> shift & 0xff);
  }
  return at;
}

}  // namespace

char* write_frame_head(char* at, const FrameHead& head) {
  const auto bit = [](bool is_set, unsigned value) { return is_set ? value : 0U; };
  *at++ = static_cast<char>(bit(head.is_final, 0x80) | bit(head.is_compressed, 0x40) |
                            static_cast<unsigned>(head.opcode));
  // A length below 126 stands in the second byte; 126 and 127 there say that the length follows in
  // two or eight bytes. The shortest form has to be used.
  const int bytes = head.length < 126 ? 0 : head.length <= 0xffff ? 2 : 8;
  const auto short_length = bytes == 0   ? static_cast<unsigned>(head.length)
                            : bytes == 2 ? 126U
                                         : 127U;
  *at++ = static_cast<char>(bit(head.masking_key.has_value(), 0x80) | short_length);
  at = put_big_endian(at, head.length, bytes);
  if (head.masking_key) {
    std::memcpy(at, &*head.masking_key, sizeof(MaskingKey));
    at += sizeof(MaskingKey);
  }
  return at;
}

}  // namespace mastic::wire::websocket
