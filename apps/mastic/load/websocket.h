// What the load generator sends over WebSockets. RFC 6455.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/result.h"
#include "mastic/base/units.h"

#include "apps/mastic/load/socket.h"
#include "apps/mastic/load/target.h"

namespace mastic::load {

/// The request that opens a WebSocket. Every WebSocket has the same key, that of RFC 6455 §1.3, so that
/// a floor program can answer without computing anything.
[[nodiscard]] std::string opening_request(const Target& target);
/// Whether `head`, which ends with an empty line, is the answer that the key demands.
[[nodiscard]] bool opens_websocket(std::string_view head);
/// The end of the answer's head.
inline constexpr std::string_view kEndOfHead = "\r\n\r\n";

/// Connects and opens a WebSocket with the request `opening`. Returns the socket, from which no byte
/// behind the head has been read.
[[nodiscard]] base::Result<int> open_websocket(const SocketAddress& server,
                                               const std::string& opening, base::Duration timeout);

/// A message of text in one frame, as a client sends it.
[[nodiscard]] std::string masked_frame(std::string_view text);
/// A message of text in one frame, as a server sends it.
[[nodiscard]] std::string plain_frame(std::string_view text);
/// Printable text of this size, the same each time.
[[nodiscard]] std::string some_text(std::size_t bytes);

}  // namespace mastic::load
