#include "mastic/wire/http1/head_scanner.h"

#include "mastic/base/byte_block.h"

namespace mastic::wire::http1 {

namespace {

using http::Status;
using Fault = std::unexpected<Malformed>;

}  // namespace

std::expected<std::size_t, Malformed> HeadScanner::scan(std::string_view bytes) {
  const char* const begin = bytes.data();
  std::size_t line = line_start_;
  std::size_t lines = lines_;
  std::size_t most =
      lines == 0 ? limits_.max_first_line_bytes : fields_start_ + limits_.max_field_bytes;
  for (std::size_t block = scanned_; block < bytes.size(); block += sizeof(base::ByteBlock)) {
    for (auto ends = base::places_of('\n', bytes, block); !ends.empty(); ends.remove_first()) {
      const std::size_t at = block + ends.first();
      if (at == line || begin[at - 1] != '\r') {
        return Fault({Status::BadRequest, "a line ends without a carriage return"});
      }
      if (at - line == 1) {
        lines_ = static_cast<std::uint32_t>(lines);
        return at + 1;
      }
      line = at + 1;
      if (lines > limits_.max_field_count) {
        return Fault({Status::RequestHeaderFieldsTooLarge, "there are too many fields"});
      }
      if (line > most) return too_large(lines);
      if (lines++ == 0) {
        fields_start_ = static_cast<std::uint32_t>(line);
        most = line + limits_.max_field_bytes;
      }
    }
  }

  const bool may_be_empty = bytes.size() - line == 1 && begin[line] == '\r';
  if (!may_be_empty && bytes.size() > most) return too_large(lines);
  scanned_ = static_cast<std::uint32_t>(bytes.size());
  line_start_ = static_cast<std::uint32_t>(line);
  lines_ = static_cast<std::uint32_t>(lines);
  return 0;
}

std::unexpected<Malformed> HeadScanner::too_large(std::size_t lines) {
  if (lines == 0) return Fault({Status::UriTooLong, "the request line is too long"});
  return Fault({Status::RequestHeaderFieldsTooLarge, "the fields are too long"});
}

}  // namespace mastic::wire::http1
