// What a session keeps of a message that has arrived in part.

#pragma once

#include <optional>
#include <string>

#include "mastic/wire/websocket/message_parser.h"

namespace mastic::websocket {

/// The state of receiving. It is needed only while a message or a frame is under way, or while bytes
/// wait because the handler is behind; all sockets of a loop share one for messages that arrive in
/// one piece.
struct Reading {
  /// Makes this the state of a socket between two messages. Then set `limits`.
  void reset(wire::websocket::Inflater* inflater) {
    parser.emplace(wire::websocket::Role::Server, limits, inflater);
    message.clear();
    rest.clear();
    pong.reset();
    gives_pieces = false;
  }
  /// Whether nothing is kept here.
  [[nodiscard]] bool is_empty() const {
    return parser->is_between_messages() && message.empty() && rest.empty() && !pong;
  }

  wire::websocket::MessageLimits limits;
  std::optional<wire::websocket::MessageParser> parser;
  std::string message;        ///< what has arrived of the current message
  bool gives_pieces = false;  ///< the handler was given a part of the current message
  std::string rest;           ///< bytes that were not looked at, because the handler is behind
  std::optional<std::string> pong;  ///< the answer to the last ping, until there is room for it
};

}  // namespace mastic::websocket
