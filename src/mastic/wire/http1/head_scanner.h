// Finds where the head of a message ends, while its bytes arrive in pieces of any size.
//
// Only line ends and sizes are checked here: every line ends with CR LF, and an empty line ends the
// head. parse_request_head and ResponseParser read what the lines say. RFC 9112 §2.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// The end of the last line of a head, followed by the empty line.
inline constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// How large a head may be. Line ends are included.
struct HeadLimits {
  std::uint64_t max_first_line_bytes;
  std::uint64_t max_field_bytes;  ///< all field lines together
  std::uint64_t max_field_count;

  /// The limits for the head of a request.
  [[nodiscard]] static HeadLimits of_header(const Limits& limits) {
    return {limits.max_request_line_bytes, limits.max_header_bytes, limits.max_header_count};
  }
};

/// Finds the end of one head.
class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

  /// Continues to scan `bytes`, which begins at the head's first byte and grows from call to call.
  /// Returns the size of the head including its empty line, or 0 while the empty line has not
  /// arrived. Fails if a line end is not CR LF, or the head is too large. Each byte is scanned
  /// once, so a head that arrives in many pieces costs no more.
  [[nodiscard]] Read<std::size_t> scan(std::string_view bytes);

  // After the end was found.

  /// Offset of the second line.
  [[nodiscard]] std::size_t fields_start() const { return fields_start_; }
  /// How many lines there are between the first line and the empty line.
  [[nodiscard]] std::size_t field_lines() const { return lines_ == 0 ? 0 : lines_ - 1; }

 private:
  HeadLimits limits_;
  std::uint32_t scanned_ = 0;
  std::uint32_t line_start_ = 0;
  std::uint32_t fields_start_ = 2;  ///< after the first line, or after an empty first line
  std::uint32_t lines_ = 0;
};

}  // namespace mastic::wire::http1
