// Finds where the head of a message ends, while its bytes arrive in pieces of any size.
//
// It looks at line ends and sizes only: every line ends with CR LF, an empty one ends the head.
// What the lines say is parse_request_head's and parse_response_head's matter. RFC 9112 §2.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// The end of the last line of a head, and the empty line.
inline constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// How large a head may be; line ends count.
struct HeadLimits {
  std::uint64_t max_first_line_bytes;
  std::uint64_t max_field_bytes;  ///< all field lines together
  std::uint64_t max_field_count;

  [[nodiscard]] static HeadLimits of_header(const Limits& limits) {
    return {limits.max_request_line_bytes, limits.max_header_bytes, limits.max_header_count};
  }
};

class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

  /// Looks on in `bytes`, which begins at the head's first byte and grows from call to call.
  /// Returns the head's size with its empty line, or 0 while that has not arrived. A byte is looked
  /// at once.
  [[nodiscard]] Read<std::size_t> scan(std::string_view bytes);

  // Once the end was found.

  /// Where the second line begins.
  [[nodiscard]] std::size_t fields_start() const { return fields_start_; }
  /// How many lines stand between the first and the empty one.
  [[nodiscard]] std::size_t field_lines() const { return lines_ == 0 ? 0 : lines_ - 1; }

 private:
  HeadLimits limits_;
  std::uint32_t scanned_ = 0;
  std::uint32_t line_start_ = 0;
  std::uint32_t fields_start_ = 2;  ///< behind the first line; that may be the empty one
  std::uint32_t lines_ = 0;
};

}  // namespace mastic::wire::http1
