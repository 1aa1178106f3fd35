// The settings of WebSockets. RFC 6455.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/base/units.h"

namespace mastic::websocket {

/// When messages are compressed, and with how much memory (RFC 7692). Off unless asked for.
struct Compression {
  /// Agree to compress messages if the client offers it.
  bool compress = false;
  /// Messages below this size are not compressed.
  std::uint64_t min_bytes = 1 << 10;
  /// Keep the window of a connection from one message to the next, which compresses better and
  /// costs memory for each connection.
  bool takeover = false;
  /// The base-2 logarithm of the window, from 9 to 15.
  std::uint8_t window_bits = 11;
  /// How much memory compressing uses, from 1 to 9 (zlib's memLevel).
  std::uint8_t memory_level = 4;
};

/// The settings of a server's WebSockets. A route may change them for its own (Router::websocket).
struct Options {
  /// Maximum size of a message that is received whole. Beyond it: close 1009.
  std::uint64_t max_message_bytes = 1 << 20;
  /// Maximum size of a frame. Beyond it: close 1009.
  std::uint64_t max_frame_bytes = 1 << 20;
  /// Maximum number of frames of a message. Beyond it: close 1009.
  std::uint64_t max_fragments = 1024;
  /// Maximum number of bytes of one WebSocket that wait to be sent. At the limit, `send` waits and
  /// `try_send` refuses.
  std::uint64_t max_queue_bytes = 1 << 20;
  /// How often a silent client is sent a ping.
  base::Duration ping_interval = std::chrono::seconds(20);
  /// How long a client may take to answer a ping. Beyond it: the connection is aborted.
  base::Duration ping_timeout = std::chrono::seconds(30);
  /// How long a client may take to answer a close frame. Beyond it: the connection is aborted.
  base::Duration close_timeout = std::chrono::seconds(5);
  /// Origins from which pages may connect, such as https://example.com, besides the site's own; `*`
  /// allows all. May be given several times.
  std::vector<std::string> allowed_origin;
  /// Refuse clients that send no Origin. Browsers always send one.
  bool require_origin = false;
  Compression compression;

  /// Adds every member to `table` under its name with the prefix `ws_`. The table refers to this
  /// object.
  void describe(base::OptionTable& table);
};

}  // namespace mastic::websocket
