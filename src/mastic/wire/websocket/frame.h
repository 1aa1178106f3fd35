// Frames of a WebSocket, as they are written. RFC 6455 §5.2.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace mastic::wire::websocket {

/// What a frame carries.
enum class Opcode : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10,
};

/// Which side of a connection speaks: a client masks what it sends, a server does not.
enum class Role : std::uint8_t { Server, Client };

/// The four bytes with which a client hides its content from intermediaries, in their order.
using MaskingKey = std::uint32_t;

/// The head of a frame.
struct FrameHead {
  Opcode opcode = Opcode::Text;
  bool is_final = true;        ///< FIN: the last frame of its message
  bool is_compressed = false;  ///< RSV1: the first frame of a compressed message (RFC 7692)
  std::uint64_t length = 0;    ///< the size of the payload in bytes
  std::optional<MaskingKey> masking_key = {};
};

/// The largest size of a head in bytes.
inline constexpr std::size_t kMaxFrameHeadBytes = 14;
/// The largest payload of a control frame in bytes (RFC 6455 §5.5).
inline constexpr std::size_t kMaxControlBytes = 125;

/// Writes `head` to `at`, which has room for kMaxFrameHeadBytes, and returns the place after the
/// head.
[[nodiscard]] char* write_frame_head(char* at, const FrameHead& head);

}  // namespace mastic::wire::websocket
