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

/// Compresses messages of one connection, or of many if there is no takeover. Uses no memory between
/// two messages without takeover.
class Deflater {
 public:
  /// `window_bits` is 9 to 15, `memory_level` 1 to 9 (zlib), `level` 1 to 9.
  Deflater(std::uint8_t window_bits, std::uint8_t memory_level, std::uint8_t level, bool takeover);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Appends `piece` of a message, compressed, to `out`. With `is_last`, the message ends: the four
  /// bytes 00 00 ff ff are cut off (§7.2.1). Throws std::bad_alloc.
  void append(std::string& out, std::string_view piece, bool is_last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Inflates the messages of one connection.
class Inflater {
 public:
  enum class Result : std::uint8_t { Ok, Corrupt, TooMuch };

  /// `window_bits` is 8 to 15.
  Inflater(std::uint8_t window_bits, bool takeover);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `piece` inflates to, at most `most` bytes, to `out`; beyond that returns TooMuch.
  /// `is_last` ends the message. Throws std::bad_alloc.
  [[nodiscard]] Result append(std::string& out, std::string_view piece, bool is_last,
                              std::uint64_t most);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mastic::wire::websocket
