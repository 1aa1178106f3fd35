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
  /// Makes this the state of a socket between two messages.
  void reset(const wire::websocket::MessageLimits& new_limits,
             wire::websocket::Inflater* inflater) {
    limits = new_limits;
    parser.emplace(wire::websocket::Role::Server, limits, inflater);
    message.clear();
    rest.clear();
    pong.reset();
  }
  /// Whether nothing is kept here.
  [[nodiscard]] bool is_empty() const {
    return parser->is_between_messages() && message.empty() && rest.empty() && !pong;
  }

  wire::websocket::MessageLimits limits;
  std::optional<wire::websocket::MessageParser> parser;
  std::string message;  ///< what has arrived of the current message
  std::string rest;     ///< bytes that were not looked at, because the handler is behind
  std::optional<std::string> pong;  ///< the answer to the last ping, until there is room for it
};

}  // namespace mastic::websocket
