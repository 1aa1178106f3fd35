// How the messages of one WebSocket are compressed and inflated. RFC 7692.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mastic/websocket/loop_share.h"
#include "mastic/websocket/options.h"
#include "mastic/wire/websocket/deflate.h"

namespace mastic::websocket {

/// What a socket that compresses keeps. Without takeover, the sockets of a loop share what compresses,
/// and nothing is kept between two messages.
class MessageCompression {
 public:
  /// `options` outlives this object.
  MessageCompression(const wire::websocket::DeflateParameters& agreed, const Compression& options);

  /// Compresses `payload` if that is worth its cost, and returns true. Otherwise returns false, and
  /// the payload is sent as it is. Throws std::bad_alloc.
  [[nodiscard]] bool compress(std::string& to, std::string_view payload, LoopShare& share);
  /// Whether the client can inflate messages that were compressed for all sockets alike
  /// (compress_for_all), and a message of `size` bytes is worth it.
  [[nodiscard]] bool takes_common_form(std::size_t size) const;
  /// What inflates the client's messages.
  [[nodiscard]] wire::websocket::Inflater& inflater() { return inflater_; }

 private:
  const Compression& options_;
  const wire::websocket::DeflateParameters agreed_;
  std::unique_ptr<wire::websocket::Deflater> own_;  ///< with takeover
  wire::websocket::Inflater inflater_;
};

/// Compresses a message that is published to many sockets. Throws std::bad_alloc.
[[nodiscard]] std::string compress_for_all(std::string_view payload);

}  // namespace mastic::websocket
