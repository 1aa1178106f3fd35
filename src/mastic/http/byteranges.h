// Several ranges in one response: the media type multipart/byteranges (RFC 9110 §14.6).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/http/range.h"

namespace mastic::http {

/// The text around the parts: their heads and the closing line. The caller sends the bytes of each
/// range after its head.
class Byteranges {
 public:
  /// Requires: `boundary` does not occur in the content; use a number that cannot be guessed.
  /// `size` is the size of the whole representation.
  Byteranges(std::string_view boundary, std::string_view media_type, std::uint64_t size,
             std::vector<ByteRange> ranges);

  /// The value of Content-Type: "multipart/byteranges; boundary=..."
  [[nodiscard]] std::string content_type() const;
  /// The text before the bytes of range `i`.
  [[nodiscard]] std::string head(std::size_t i) const;
  /// The text after the last range.
  [[nodiscard]] std::string tail() const;
  [[nodiscard]] const std::vector<ByteRange>& ranges() const { return ranges_; }
  /// How many bytes the whole content has, heads and closing line included.
  [[nodiscard]] std::uint64_t total() const;

 private:
  std::string boundary_;
  std::string media_type_;
  std::uint64_t size_;
  std::vector<ByteRange> ranges_;
};

}  // namespace mastic::http
