// Writes the chunked coding. RFC 9112 §7.1.

#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/http/fields.h"

namespace mastic::wire::http1 {

/// The line before the data of one chunk: `1f4\r\n`. kChunkEnd follows the data.
class ChunkStart {
 public:
  /// `size` is the number of data bytes. Requires: size > 0, because an empty chunk ends the body.
  explicit ChunkStart(std::uint64_t size) {
    char* end = std::to_chars(text_.data(), text_.data() + 16, size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size_ = static_cast<std::size_t>(end - text_.data());
  }
  /// The bytes to send.
  [[nodiscard]] std::string_view text() const MASTIC_LIFETIMEBOUND { return {text_.data(), size_}; }

 private:
  std::array<char, 18> text_;
  std::size_t size_;
};

/// The line end after the data of a chunk.
inline constexpr std::string_view kChunkEnd = "\r\n";
/// The last chunk; one more kChunkEnd follows it.
inline constexpr std::string_view kLastChunk = "0\r\n";
/// Returns the last chunk and `trailers`, with the end of the message.
[[nodiscard]] inline std::string last_chunk_with(http::FieldsView trailers) {
  std::string text(kLastChunk);
  for (const http::Field& field : trailers) {
    text.append(field.name).append(": ").append(field.value).append(kChunkEnd);
  }
  return text.append(kChunkEnd);
}

}  // namespace mastic::wire::http1
