// Compression of messages: permessage-deflate. RFC 7692.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mastic::wire::websocket {

/// What both sides have agreed on. "Takeover" means that a side keeps its window from one message to
/// the next.
struct DeflateParameters {
  bool server_takeover = false;
  bool client_takeover = false;
  std::uint8_t server_window_bits = 15;
  std::uint8_t client_window_bits = 15;
};

/// Compresses messages of one connection; without takeover, also those of many connections, one
/// message after the other. Without takeover it keeps no memory of zlib between two messages.
class Deflater {
 public:
  /// `window_bits` is 9 to 15, `memory_level` 1 to 9 (zlib), `level` 1 to 9.
  Deflater(std::uint8_t window_bits, std::uint8_t memory_level, std::uint8_t level, bool takeover);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Appends `piece` of a message, compressed, to `out`. Some of it may be held back until a later
  /// piece. With `is_last`, the message ends: all of it is appended, and the four bytes 00 00 ff ff
  /// are cut off (§7.2.1). An empty message becomes the single byte 00 (§7.2.3.6).
  ///
  /// Throws std::bad_alloc. Then the message is lost and the window with it, so that a connection
  /// with takeover has to be closed; without takeover, the deflater can take the next message.
  void append(std::string& out, std::string_view piece, bool is_last);

 private:
  struct State;
  std::unique_ptr<State> state_;  ///< within a message; with takeover, from the first one on
  std::uint8_t window_bits_;
  std::uint8_t memory_level_;
  std::uint8_t level_;
  bool takeover_;
};

/// Inflates the messages of one connection. Without takeover it keeps no memory of zlib between two
/// messages.
class Inflater {
 public:
  enum class Result : std::uint8_t { Ok, Corrupt, TooMuch };

  /// `window_bits` is 8 to 15. What refers to content before the window is corrupt, but zlib does
  /// not notice that while the content is still in its output.
  Inflater(std::uint8_t window_bits, bool takeover);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `piece` of a message inflates to, at most `most` bytes, to `out`. Returns TooMuch
  /// if there is more, without inflating more than one byte of it. `is_last` ends the message, which
  /// is corrupt if it ends within a block.
  ///
  /// Unless it returns Ok, and when it throws std::bad_alloc, the inflater is spent.
  [[nodiscard]] Result append(std::string& out, std::string_view piece, bool is_last,
                              std::uint64_t most);

 private:
  struct State;
  std::unique_ptr<State> state_;  ///< within a message; with takeover, from the first one on
  std::uint8_t window_bits_;
  bool takeover_;
};

}  // namespace mastic::wire::websocket
