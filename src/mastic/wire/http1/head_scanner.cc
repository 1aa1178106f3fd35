#include "mastic/wire/http1/head_scanner.h"

namespace mastic::wire::http1 {

using http::Status;

std::expected<std::size_t, Malformed> HeadScanner::scan(std::string_view bytes) {
  while (true) {
    const std::size_t line_feed = bytes.find('\n', scanned_);
    if (line_feed == bytes.npos) [[unlikely]] {
      scanned_ = static_cast<std::uint32_t>(bytes.size());
      const bool may_be_empty = bytes.substr(line_start_) == "\r";
      const auto fits = may_be_empty ? Verdict() : check_sizes(bytes.size());
      return fits ? std::expected<std::size_t, Malformed>(0) : std::unexpected(fits.error());
    }
    if (line_feed == 0 || bytes[line_feed - 1] != '\r') {
      return std::unexpected(
          Malformed{Status::BadRequest, "a line ends without a carriage return"});
    }
    const bool empty = line_feed == line_start_ + 1;
    if (empty) return line_feed + 1;
    if (lines_ > 0 && field_lines() == limits_.max_field_count) {
      return std::unexpected(
          Malformed{Status::RequestHeaderFieldsTooLarge, "there are too many fields"});
    }
    if (const auto fits = check_sizes(line_feed + 1); !fits) return std::unexpected(fits.error());
    scanned_ = line_start_ = static_cast<std::uint32_t>(line_feed + 1);
    if (lines_++ == 0) fields_start_ = line_start_;
  }
}

/// Sizes count line ends; `end` is that of the line being read, as far as it has arrived.
HeadScanner::Verdict HeadScanner::check_sizes(std::size_t end) const {
  if (lines_ == 0 && end - line_start_ > limits_.max_first_line_bytes) {
    return std::unexpected(Malformed{Status::UriTooLong, "the request line is too long"});
  }
  if (lines_ > 0 && end - fields_start_ > limits_.max_field_bytes) {
    return std::unexpected(
        Malformed{Status::RequestHeaderFieldsTooLarge, "the fields are too long"});
  }
  return {};
}

}  // namespace mastic::wire::http1
