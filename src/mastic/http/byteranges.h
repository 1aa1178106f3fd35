// Several ranges in one answer: the media type multipart/byteranges (RFC 9110 §14.6).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/http/range.h"

namespace mastic::http {

/// What stands around the parts: their heads and the closing line. The bytes of each range go
/// between.
class Byteranges {
 public:
  /// `boundary` must not occur in the content; a number nobody can guess will do.
  Byteranges(std::string_view boundary, std::string_view media_type, std::uint64_t size,
             std::vector<ByteRange> ranges);

  /// "multipart/byteranges; boundary=..."
  [[nodiscard]] std::string content_type() const;
  /// What stands before the bytes of range `i`.
  [[nodiscard]] std::string head(std::size_t i) const;
  /// What stands after the last.
  [[nodiscard]] std::string tail() const;
  [[nodiscard]] const std::vector<ByteRange>& ranges() const { return ranges_; }
  /// Bytes of all of it.
  [[nodiscard]] std::uint64_t total() const;

 private:
  std::string boundary_;
  std::string media_type_;
  std::uint64_t size_;
  std::vector<ByteRange> ranges_;
};

}  // namespace mastic::http
