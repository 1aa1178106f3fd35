#include "mastic/wire/http1/head_scanner.h"

#include "mastic/base/byte_block.h"

namespace mastic::wire::http1 {

namespace {

using http::Status;
using Fault = std::unexpected<Malformed>;

}  // namespace

std::expected<std::size_t, Malformed> HeadScanner::scan(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* line = begin + line_start_;
  for (const char* at = begin + scanned_;; line = at) {
    at = base::find_byte(at, end, '\n');
    if (at == end) [[unlikely]] {
      scanned_ = static_cast<std::uint32_t>(bytes.size());
      line_start_ = static_cast<std::uint32_t>(line - begin);
      const bool may_be_empty = end - line == 1 && *line == '\r';
      if (!may_be_empty && !fits(end - begin)) return too_large();
      return 0;
    }
    if (at == begin || at[-1] != '\r') {
      return Fault({Status::BadRequest, "a line ends without a carriage return"});
    }
    ++at;
    if (at - line == 2) return at - begin;
    if (lines_ > limits_.max_field_count) {
      return Fault({Status::RequestHeaderFieldsTooLarge, "there are too many fields"});
    }
    if (!fits(at - begin)) return too_large();
    if (lines_++ == 0) fields_start_ = static_cast<std::uint32_t>(at - begin);
  }
}

/// Sizes count line ends; `end` is that of the line being read, as far as it has arrived.
bool HeadScanner::fits(std::ptrdiff_t end) const {
  const auto size = static_cast<std::uint64_t>(end - fields_start_);
  return size <= (lines_ == 0 ? limits_.max_first_line_bytes : limits_.max_field_bytes);
}

std::unexpected<Malformed> HeadScanner::too_large() const {
  if (lines_ == 0) return Fault({Status::UriTooLong, "the request line is too long"});
  return Fault({Status::RequestHeaderFieldsTooLarge, "the fields are too long"});
}

}  // namespace mastic::wire::http1
