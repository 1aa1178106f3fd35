// A message of a WebSocket.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/result.h"
#include "mastic/json/json.h"
#include "mastic/wire/websocket/close_code.h"

namespace mastic::websocket {

using wire::websocket::CloseCode;

/// A message: text, which is UTF-8, or bytes.
///
/// It has constructors, so that a Message without a name may be sent in a co_await: GCC 12 breaks
/// aggregates there.
struct Message {
  Message() = default;
  /// A message of text.
  explicit Message(std::string text) : data(std::move(text)) {}
  /// A message of bytes.
  [[nodiscard]] static Message of_bytes(std::string bytes) {
    Message message(std::move(bytes));
    message.is_binary = true;
    return message;
  }

  std::string data;        ///< the text or the bytes
  bool is_binary = false;  ///< bytes rather than text
  /// Whether the message may be compressed when it is sent. Leave out what is compressed already,
  /// and what has a secret beside text that others choose: the size would tell about the secret.
  bool may_compress = true;

  /// Reads the message as JSON into a T, which may be a variant of structs (json/variant.h).
  template <json::JsonReadable T>
  [[nodiscard]] base::Result<T> json() const {
    return json::from_json<T>(data);
  }
};

/// A message, or a piece of one, on its way to the handler: a node of a list that owns what follows.
/// Such lists are short.
struct Arrival {
  Message message;                ///< the message, or the piece
  bool is_last = true;            ///< a whole message, or its last piece
  std::unique_ptr<Arrival> next;  ///< what came after it; null at the end of the list
};

/// How a WebSocket was closed.
struct Closed {
  CloseCode code = CloseCode::Abnormal;  ///< Abnormal when the connection was lost
  std::string reason;                    ///< text for people or programs; may be empty
  bool by_peer = false;  ///< the peer began the closing handshake, or the connection was lost
};

/// What became of a message that was to be sent.
enum class Sent : std::uint8_t {
  Taken,   ///< it will be sent, unless the connection is lost before
  Full,    ///< the client is behind: max_queue_bytes wait to be sent (only try_send says so)
  Closed,  ///< the WebSocket is closed or closing; the message was dropped
};

/// Returns the beginning of `text` that is short enough for the reason of a close frame: at most 123
/// bytes, without a part of a character. Returns nothing when `text` is not UTF-8.
[[nodiscard]] std::string_view as_close_reason(std::string_view text);

}  // namespace mastic::websocket
