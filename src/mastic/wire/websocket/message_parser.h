// Reads the messages of a WebSocket. RFC 6455 §5 and §8.1, RFC 7692.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/wire/websocket/close_code.h"
#include "mastic/wire/websocket/frame.h"

namespace mastic::wire::websocket {

class Inflater;

/// How large messages may be. Beyond a limit the parser reports Malformed with CloseCode::TooBig.
struct MessageLimits {
  std::uint64_t max_message_bytes = 1 << 20;  ///< of a whole message, after inflating
  std::uint64_t max_frame_bytes = 1 << 20;    ///< the payload of one frame, as it was sent
  std::uint64_t max_fragments = 1024;         ///< frames of one message
};

/// Reads the frames of one side of a WebSocket, and puts messages together: checks the framing,
/// unmasks, inflates, and checks that text is UTF-8. Does no input or output of its own.
///
///     while (true) {
///       switch (const auto event = parser.next(input, message); event.kind) { ... }
///     }
///
/// Feed it bytes as they arrive, in pieces of any size. Content is appended to the string of the
/// caller, so it is copied once, and unmasked while it is copied. After Malformed the parser is
/// spent.
class MessageParser {
 public:
  struct Event {
    enum class Kind : std::uint8_t {
      NeedMore,    ///< `input` is consumed; perhaps content was appended
      MessageEnd,  ///< the message is complete
      Ping,        ///< `payload` is to be sent back in a pong
      Pong,        ///< `payload` is what the peer sends back
      Close,       ///< `code` (NoStatus without one) and `payload`, the reason, which is UTF-8
      Malformed,   ///< `code` is to be sent in a close frame; `payload` is a literal that says why
    };
    Kind kind = Kind::NeedMore;
    CloseCode code = CloseCode::NoStatus;
    std::string_view payload = {};  ///< valid until the next call
  };

  /// Reads what the peer of `role` sends: a server refuses frames that are not masked, a client
  /// those that are. `limits` and `inflater` must outlive the parser. With null for `inflater`, no
  /// compression was agreed on, and a compressed message is malformed.
  MessageParser(Role role, const MessageLimits& limits, Inflater* inflater);

  /// Consumes from `input` up to the next event. Appends content to `message`.
  [[nodiscard]] Event next(std::string_view& input, std::string& message);

  /// Whether a message has begun and not ended: its first frame was read.
  [[nodiscard]] bool is_in_message() const;
  /// Whether the current message is text; otherwise it is binary. Requires: `is_in_message`, or
  /// the last event was MessageEnd.
  [[nodiscard]] bool is_text() const;
  /// Whether nothing was read of a message or frame, so that a new parser could take this one's
  /// place.
  [[nodiscard]] bool is_between_messages() const;
};

}  // namespace mastic::wire::websocket
