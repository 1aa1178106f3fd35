#include "mastic/websocket/options.h"

#include "mastic/websocket/origin.h"

namespace mastic::websocket {

void Options::describe(base::OptionTable& table) {
  table.size(
      "max_ws_message_bytes", max_message_bytes,
      "Maximum size of a message of a WebSocket that is received whole. Beyond it: close 1009.");
  table.size("max_ws_frame_bytes", max_frame_bytes,
             "Maximum size of a frame of a WebSocket; 0 for that of a message. Beyond it: close "
             "1009.");
  table.count("max_ws_fragments", max_fragments,
              "Maximum number of frames of a message of a WebSocket. Beyond it: close 1009.");
  table.size("max_ws_queue_bytes", max_queue_bytes,
             "Maximum number of bytes of one WebSocket that wait to be sent. At the limit, sending "
             "waits, or says that the client is behind.");
  table.duration("ws_ping_interval", ping_interval,
                 "How long the client of a WebSocket may be silent before it is sent a ping.");
  table.duration("ws_ping_timeout", ping_timeout,
                 "How long the client of a WebSocket may take to answer a ping. Beyond it: the "
                 "connection is aborted.");
  table.duration("ws_close_timeout", close_timeout,
                 "How long the client of a WebSocket may take to answer a close frame. Beyond it: "
                 "the connection is aborted.");
  table.list("ws_allowed_origin", allowed_origin, "ORIGIN",
             "An origin from which pages may open WebSockets, such as https://example.com, besides "
             "the site's own; '*' for every origin. May be given several times. Necessary behind a "
             "proxy that speaks TLS, because the site's own origin then begins with https:// "
             "without the server's knowing.");
  table.flag("ws_require_origin", require_origin,
             "Refuse clients that open a WebSocket and send no Origin. Browsers always send one.");
  table.flag("ws_compress", compression.compress,
             "Compress messages of WebSockets if the client offers it.");
  table.size("ws_compress_min_bytes", compression.min_bytes,
             "Messages of WebSockets below this size are not compressed.");
  table.flag("ws_compress_takeover", compression.takeover,
             "Keep what a WebSocket has sent for compressing its next message, which saves bytes "
             "and costs memory for each connection.");
  // What zlib can do: a window of 256 bytes (8) is not among it.
  table.choice("ws_compress_window_bits", compression.window_bits, "(9|10|11|12|13|14|15)",
               {{"9", 9}, {"10", 10}, {"11", 11}, {"12", 12}, {"13", 13}, {"14", 14}, {"15", 15}},
               "The base-2 logarithm of the size of the window in which a message is compressed.");
  table.choice(
      "ws_compress_memory_level", compression.memory_level, "(1|2|3|4|5|6|7|8|9)",
      {{"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"5", 5}, {"6", 6}, {"7", 7}, {"8", 8}, {"9", 9}},
      "How much memory compressing a message uses, as zlib counts it.");
}

base::Result<void> Options::check() const {
  for (const std::string& origin : allowed_origin) {
    if (is_origin_rule(origin)) continue;
    return base::fail("--ws-allowed-origin ", origin,
                      ": write a scheme, a host and perhaps a port, such as https://example.com, "
                      "without a path; or *");
  }
  const auto some = base::require_some({{"--max-ws-message-bytes", max_message_bytes},
                                        {"--max-ws-fragments", max_fragments},
                                        {"--max-ws-queue-bytes", max_queue_bytes}});
  if (!some) return some;
  return base::require_time({{"--ws-ping-interval", ping_interval},
                             {"--ws-ping-timeout", ping_timeout},
                             {"--ws-close-timeout", close_timeout}});
}

}  // namespace mastic::websocket
