#include "mastic/wire/websocket/message_parser.h"

#include <algorithm>
#include <cstring>

#include "mastic/wire/websocket/deflate.h"
#include "mastic/wire/websocket/masking.h"

namespace mastic::wire::websocket {
namespace {

// The bits of the first two bytes of a frame:
//
//     FIN RSV1 RSV2 RSV3 opcode opcode opcode opcode | MASK length x 7
constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kReserved = 0x30;
constexpr unsigned kOpcode = 0x0f;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kShortLength = 0x7f;

constexpr std::string_view kMessageTooLarge = "a message is larger than max_message_bytes";

bool is_known(Opcode opcode) {
  return opcode <= Opcode::Binary || (opcode >= Opcode::Close && opcode <= Opcode::Pong);
}

bool is_control(Opcode opcode) { return opcode >= Opcode::Close; }

std::size_t length_bytes(unsigned short_length) {
  return short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

/// Appends `piece`, unmasked, to `out`; returns the key for the next piece.
MaskingKey append_unmasked(std::string& out, std::string_view piece, MaskingKey key) {
  const std::size_t before = out.size();
  const std::size_t after = before + piece.size();
  // The size is a capture, because GCC 12 passes the capacity instead of it.
  out.resize_and_overwrite(after, [&](char* data, std::size_t) {
    key = copy_masked(data + before, piece, key);
    return after;
  });
  return key;
}

}  // namespace

MessageParser::MessageParser(Role role, const MessageLimits& limits, Inflater* inflater)
    : limits_(&limits), inflater_(inflater), role_(role) {}

MessageParser::Event MessageParser::next(std::string_view& input, std::string& message) {
  while (true) {
    if (stage_ == Stage::Head && !take_head(input)) return {};
    if (stage_ == Stage::Control) {
      if (const auto event = take_control(input)) return *event;
      return {};
    }
    if (stage_ == Stage::Content) take_content(input, message);
    if (stage_ == Stage::Spent) return malformed();
    if (left_ != 0) return {};
    stage_ = Stage::Head;
    if (is_final_) {
      is_in_message_ = false;
      return {Event::Kind::MessageEnd};
    }
  }
}

bool MessageParser::fill_buffer(std::string_view& input, std::size_t size) {
  if (buffered_ < size) {
    const std::string_view piece = input.substr(0, size - buffered_);
    piece.copy(buffer_.data() + buffered_, piece.size());
    buffered_ = static_cast<std::uint8_t>(buffered_ + piece.size());
    input.remove_prefix(piece.size());
  }
  return buffered_ >= size;
}

bool MessageParser::take_head(std::string_view& input) {
  if (buffered_ < 2) {
    if (!fill_buffer(input, 2)) return false;
    begin_frame();
    if (stage_ == Stage::Spent) return true;
  }
  const auto second = static_cast<unsigned char>(buffer_[1]);
  const std::size_t key_bytes = (second & kMasked) != 0 ? sizeof(MaskingKey) : 0;
  if (!fill_buffer(input, 2 + length_bytes(second & kShortLength) + key_bytes)) return false;
  finish_head();
  return true;
}

void MessageParser::begin_frame() {
  const auto first = static_cast<unsigned char>(buffer_[0]);
  const auto second = static_cast<unsigned char>(buffer_[1]);
  opcode_ = static_cast<Opcode>(first & kOpcode);
  is_final_ = (first & kFinal) != 0;
  if ((first & kReserved) != 0) {
    return fail(CloseCode::ProtocolError, "a frame has a reserved bit set");
  }
  if (!is_known(opcode_)) {
    return fail(CloseCode::ProtocolError, "a frame has an opcode that is reserved");
  }
  const bool is_masked = (second & kMasked) != 0;
  if (is_masked != (role_ == Role::Server)) {
    return fail(CloseCode::ProtocolError, is_masked ? "a frame of the server is masked"
                                                    : "a frame of the client is not masked");
  }
  const bool is_compressed = (first & kCompressed) != 0;
  if (is_control(opcode_)) {
    begin_control_frame(is_compressed);
  } else {
    begin_data_frame(is_compressed);
  }
}

void MessageParser::begin_control_frame(bool is_compressed) {
  if (is_compressed) return fail(CloseCode::ProtocolError, "a control frame is compressed");
  if (!is_final_) return fail(CloseCode::ProtocolError, "a control frame is fragmented");
  if ((static_cast<unsigned char>(buffer_[1]) & kShortLength) > kMaxControlBytes) {
    fail(CloseCode::ProtocolError, "a control frame is larger than 125 bytes");
  }
}

void MessageParser::begin_data_frame(bool is_compressed) {
  const bool continues = opcode_ == Opcode::Continuation;
  if (continues && !is_in_message_) {
    return fail(CloseCode::ProtocolError, "a message begins with a continuation");
  }
  if (!continues && is_in_message_) {
    return fail(CloseCode::ProtocolError, "a message begins within another one");
  }
  if (is_compressed && continues) {
    return fail(CloseCode::ProtocolError, "a continuation says that it is compressed");
  }
  if (is_compressed && inflater_ == nullptr) {
    return fail(CloseCode::ProtocolError, "a message is compressed, which was not agreed on");
  }
  if (!continues) {
    is_in_message_ = true;
    is_text_ = opcode_ == Opcode::Text;
    is_compressed_ = is_compressed;
    message_bytes_ = 0;
    fragments_ = 0;
    utf8_ = {};
  }
  // Frames without content add nothing to the size of the message, which thus does not bound them.
  if (fragments_ >= limits_->max_fragments) {
    return fail(CloseCode::TooBig, "a message has more frames than max_fragments");
  }
  ++fragments_;
}

void MessageParser::finish_head() {
  const auto second = static_cast<unsigned char>(buffer_[1]);
  const std::size_t bytes = length_bytes(second & kShortLength);
  const std::string_view long_length(buffer_.data() + 2, bytes);
  left_ = bytes == 0 ? second & kShortLength : read_big_endian(long_length);
  if ((second & kMasked) != 0) std::memcpy(&key_, buffer_.data() + 2 + bytes, sizeof key_);
  buffered_ = 0;
  const std::uint64_t least = bytes == 0 ? 0 : bytes == 2 ? 126 : 0x10000;
  // RFC 6455 §5.2 wants both, so that a length has one form only, and fits a signed number.
  if (left_ < least) {
    return fail(CloseCode::ProtocolError, "a frame has a length that is not in its shortest form");
  }
  if (left_ >> 63 != 0) {
    return fail(CloseCode::ProtocolError, "a frame has a length of more than 63 bits");
  }
  if (is_control(opcode_)) {
    stage_ = Stage::Control;
    return;
  }
  // How large a compressed message is turns out when it is inflated.
  if (!is_compressed_ && left_ > room()) return fail(CloseCode::TooBig, kMessageTooLarge);
  if (left_ > limits_->max_frame_bytes) {
    return fail(CloseCode::TooBig, "a frame is larger than max_frame_bytes");
  }
  stage_ = Stage::Content;
}

void MessageParser::take_content(std::string_view& input, std::string& message) {
  const std::string_view piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
  input.remove_prefix(piece.size());
  left_ -= piece.size();
  const bool is_last = is_final_ && left_ == 0;
  if (piece.empty() && !is_last) return;
  // The limits may have become narrower since the frame began.
  const bool is_too_large =
      message_bytes_ > limits_->max_message_bytes || (!is_compressed_ && piece.size() > room());
  if (is_too_large) return fail(CloseCode::TooBig, kMessageTooLarge);
  const std::size_t before = message.size();
  if (is_compressed_) {
    append_inflated(message, piece, is_last);
  } else if (role_ == Role::Server) {
    key_ = append_unmasked(message, piece, key_);
  } else {
    message.append(piece);
  }
  const std::string_view added = std::string_view(message).substr(before);
  message_bytes_ += added.size();
  if (!is_text_) return;
  // Text is checked even where inflating has failed, so that the same fault is reported wherever
  // the input was cut.
  if (!utf8_.feed(added)) {
    fail(CloseCode::InvalidData, "text is not UTF-8");
  } else if (is_last && stage_ != Stage::Spent && !utf8_.is_complete()) {
    fail(CloseCode::InvalidData, "text ends within a character");
  }
}

void MessageParser::append_inflated(std::string& message, std::string_view piece, bool is_last) {
  std::array<char, 4096> unmasked;
  std::uint64_t most = room();
  do {
    std::string_view part = piece;
    if (role_ == Role::Server) {
      part = {unmasked.data(), std::min(piece.size(), unmasked.size())};
      key_ = copy_masked(unmasked.data(), piece.substr(0, part.size()), key_);
    }
    piece.remove_prefix(part.size());
    const std::size_t before = message.size();
    switch (inflater_->append(message, part, is_last && piece.empty(), most)) {
      case Inflater::Result::Ok:
        most -= message.size() - before;
        break;
      case Inflater::Result::Corrupt:
        return fail(CloseCode::InvalidData, "compressed data is corrupt");
      case Inflater::Result::TooMuch:
        return fail(CloseCode::TooBig, kMessageTooLarge);
    }
  } while (!piece.empty());
}

std::optional<MessageParser::Event> MessageParser::take_control(std::string_view& input) {
  const std::string_view piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
  input.remove_prefix(piece.size());
  left_ -= piece.size();
  // A server's frames are not masked: they have the key 0, which changes nothing.
  key_ = copy_masked(buffer_.data() + buffered_, piece, key_);
  buffered_ = static_cast<std::uint8_t>(buffered_ + piece.size());
  if (left_ != 0) return {};

  const std::string_view payload(buffer_.data(), buffered_);
  buffered_ = 0;
  stage_ = Stage::Head;
  if (opcode_ == Opcode::Ping) return Event{Event::Kind::Ping, CloseCode::NoStatus, payload};
  if (opcode_ == Opcode::Pong) return Event{Event::Kind::Pong, CloseCode::NoStatus, payload};
  return read_close(payload);
}

MessageParser::Event MessageParser::read_close(std::string_view payload) {
  constexpr std::size_t kCodeBytes = 2;
  if (payload.empty()) return {Event::Kind::Close};
  if (payload.size() < kCodeBytes) {
    fail(CloseCode::ProtocolError, "a close frame has half a code");
    return malformed();
  }
  const auto code = static_cast<CloseCode>(read_big_endian(payload.substr(0, kCodeBytes)));
  const std::string_view reason = payload.substr(kCodeBytes);
  if (!may_be_sent(code)) {
    fail(CloseCode::ProtocolError, "a close frame has a code that may not be sent");
  } else if (!base::is_utf8(reason)) {
    fail(CloseCode::InvalidData, "the reason of a close frame is not UTF-8");
  }
  if (stage_ == Stage::Spent) return malformed();
  return {Event::Kind::Close, code, reason};
}

void MessageParser::fail(CloseCode code, std::string_view reason) {
  stage_ = Stage::Spent;
  fault_code_ = code;
  fault_ = reason;
}

}  // namespace mastic::wire::websocket
