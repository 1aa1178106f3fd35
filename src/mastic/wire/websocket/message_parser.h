// Reads the messages of a WebSocket. RFC 6455 §5 and §8.1, RFC 7692.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/utf8.h"
#include "mastic/wire/websocket/close_code.h"
#include "mastic/wire/websocket/frame.h"

namespace mastic::wire::websocket {

class Inflater;

/// How large messages may be. Beyond a limit the parser reports Malformed with CloseCode::TooBig.
/// They may change between two calls, and then count for the current message, too.
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
/// caller, so it is copied once, and unmasked while it is copied. After Malformed, and after
/// std::bad_alloc, the parser is spent.
///
/// A parser can be copied between two calls, so that it may stand on the stack until it has to wait
/// for the rest of a message.
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

  /// Whether a message has begun and not ended: at least two bytes of it were read.
  [[nodiscard]] bool is_in_message() const { return is_in_message_; }
  /// Whether the current message is text; otherwise it is binary. Requires: `is_in_message`, or
  /// the last event was MessageEnd.
  [[nodiscard]] bool is_text() const { return is_text_; }
  /// Whether nothing was read of a message or frame, so that a new parser could take this one's
  /// place.
  [[nodiscard]] bool is_between_messages() const {
    return stage_ == Stage::Head && buffered_ == 0 && !is_in_message_;
  }

 private:
  enum class Stage : std::uint8_t { Head, Content, Control, Spent };

  /// Takes bytes of the head off `input`; true when it is whole or a fault was found.
  [[nodiscard]] bool take_head(std::string_view& input);
  /// Takes bytes off `input` until `buffer_` has `size`; true if it has.
  [[nodiscard]] bool fill_buffer(std::string_view& input, std::size_t size);
  /// Checks the first two bytes of a head, and notes what they say.
  void begin_frame();
  void begin_data_frame(bool is_compressed);     ///< called by `begin_frame`
  void begin_control_frame(bool is_compressed);  ///< called by `begin_frame`
  /// Notes the length and the key of a head that is whole.
  void finish_head();
  /// How many bytes this message may still grow by.
  [[nodiscard]] std::uint64_t room() const {
    const std::uint64_t most = limits_->max_message_bytes;
    return most < message_bytes_ ? 0 : most - message_bytes_;
  }
  /// Appends what `input` has of this frame's payload to `message`.
  void take_content(std::string_view& input, std::string& message);
  /// Unmasks `piece` of the payload and appends what it inflates to. `is_last` ends the message.
  void append_inflated(std::string& message, std::string_view piece, bool is_last);
  /// Takes the payload of a control frame off `input`; an event when it is whole.
  [[nodiscard]] std::optional<Event> take_control(std::string_view& input);
  [[nodiscard]] Event read_close(std::string_view payload);
  /// Makes `next` return Malformed. `reason` is a literal.
  void fail(CloseCode code, std::string_view reason);
  [[nodiscard]] Event malformed() const { return {Event::Kind::Malformed, fault_code_, fault_}; }

  const MessageLimits* limits_;
  Inflater* inflater_;
  std::string_view fault_;           ///< why the parser is spent
  std::uint64_t left_ = 0;           ///< bytes of this frame's payload that have not come
  std::uint64_t message_bytes_ = 0;  ///< content of this message so far, inflated
  std::uint64_t fragments_ = 0;      ///< frames of this message so far
  MaskingKey key_ = 0;               ///< for the next byte of the payload
  base::Utf8Checker utf8_;           ///< of this message, if it is text
  CloseCode fault_code_ = CloseCode::NoStatus;
  Role role_;
  Stage stage_ = Stage::Head;
  Opcode opcode_ = Opcode::Continuation;  ///< of this frame
  bool is_final_ = false;                 ///< this frame is the last one of its message
  bool is_in_message_ = false;
  bool is_text_ = false;        ///< this message, or the last one
  bool is_compressed_ = false;  ///< this message
  std::uint8_t buffered_ = 0;   ///< how many bytes `buffer_` holds
  /// First the head of this frame, then the payload of a control frame.
  std::array<char, kMaxControlBytes> buffer_{};
};

}  // namespace mastic::wire::websocket
