// The settings of WebSockets. RFC 6455.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/base/units.h"

namespace mastic::websocket {

/// When messages are compressed, and with how much memory (RFC 7692). Off unless asked for.
struct Compression {
  /// Compress messages of WebSockets if the client offers it.
  bool compress = false;
  /// Messages of WebSockets below this size are not compressed.
  std::uint64_t min_bytes = 1 << 10;
  /// Keep what a WebSocket has sent for compressing its next message, which saves bytes and costs
  /// memory for each connection.
  bool takeover = false;
  /// The base-2 logarithm of the size of the window in which a message is compressed.
  std::uint8_t window_bits = 11;
  /// How much memory compressing a message uses, as zlib counts it.
  std::uint8_t memory_level = 4;
};

/// The settings of a server's WebSockets. A route may change them for its own (route.h).
struct Options {
  /// Maximum size of a message of a WebSocket that is received whole. Beyond it: close 1009.
  std::uint64_t max_message_bytes = 1 << 20;
  /// Maximum size of a frame of a WebSocket; 0 for that of a message. Beyond it: close 1009.
  std::uint64_t max_frame_bytes = 0;
  /// Maximum number of frames of a message of a WebSocket. Beyond it: close 1009.
  std::uint64_t max_fragments = 1024;
  /// Maximum number of bytes of one WebSocket that wait to be sent. At the limit, sending waits, or
  /// says that the client is behind.
  std::uint64_t max_queue_bytes = 1 << 20;
  /// How long the client of a WebSocket may be silent before it is sent a ping.
  base::Duration ping_interval = std::chrono::seconds(20);
  /// How long the client of a WebSocket may take to answer a ping. Beyond it: the connection is
  /// aborted.
  base::Duration ping_timeout = std::chrono::seconds(30);
  /// How long the client of a WebSocket may take to answer a close frame. Beyond it: the connection
  /// is aborted.
  base::Duration close_timeout = std::chrono::seconds(5);
  /// An origin from which pages may open WebSockets, such as https://example.com, besides the
  /// site's own; `*` for every origin. May be given several times. Necessary behind a proxy that
  /// speaks TLS, because the site's own origin then begins with https:// without the server's
  /// knowing.
  std::vector<std::string> allowed_origin;
  /// Refuse clients that open a WebSocket and send no Origin. Browsers always send one.
  bool require_origin = false;
  /// When messages are compressed.
  Compression compression;

  /// Adds every member to `table`. The names have `ws_` in them, after `max_` where a name begins
  /// with that: max_ws_message_bytes, ws_ping_interval. The table refers to this object.
  void describe(base::OptionTable& table);
  /// Fails when an option cannot work, and names it.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::websocket
