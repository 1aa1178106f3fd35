// What the load generator sends over WebSockets. RFC 6455.

#pragma once

#include <string>
#include <string_view>

namespace load {

/// Opens a WebSocket at `path` over a connected socket. Ends the program if the answer is not the
/// 101 that the key of the request demands. Every WebSocket has the same key, the one of RFC 6455
/// §1.3, so that a floor program can answer without computing anything.
void open_websocket(int fd, std::string_view path);

/// A message of text in one frame, as a client sends it.
std::string masked_frame(std::string_view text);
/// A message of text in one frame, as a server sends it.
std::string plain_frame(std::string_view text);

}  // namespace load
