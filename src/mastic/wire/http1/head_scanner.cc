#include "mastic/wire/http1/head_scanner.h"

#include "mastic/base/byte_block.h"

namespace mastic::wire::http1 {

namespace {

using http::Status;

constexpr auto no_carriage_return = malformed<"a line ends without a carriage return">;
constexpr auto too_many =
    malformed<"there are too many fields", Status::RequestHeaderFieldsTooLarge>;

std::unexpected<const Malformed*> too_long(std::size_t lines) {
  if (lines == 0) return malformed<"the request line is too long", Status::UriTooLong>();
  return malformed<"the fields are too long", Status::RequestHeaderFieldsTooLarge>();
}

}  // namespace

Read<std::size_t> HeadScanner::scan(std::string_view bytes) {
  const char* const begin = bytes.data();
  std::size_t line = line_start_;
  std::size_t lines = lines_;
  // The offset at which the first line, or all field lines, must have ended. Limits::check bounds
  // the sum.
  std::size_t most =
      lines == 0 ? limits_.max_first_line_bytes : fields_start_ + limits_.max_field_bytes;
  for (std::size_t block = scanned_; block < bytes.size(); block += sizeof(base::ByteBlock)) {
    for (auto ends = base::places_of('\n', bytes, block); !ends.empty(); ends.remove_first()) {
      const std::size_t at = block + ends.first();
      if (at <= line + 1) {  // an empty line, with or without its carriage return
        if (at == line || begin[line] != '\r') return no_carriage_return();
        lines_ = static_cast<std::uint32_t>(lines);
        return at + 1;
      }
      if (begin[at - 1] != '\r') return no_carriage_return();
      if (lines > limits_.max_field_count) return too_many();
      line = at + 1;
      if (line > most) return too_long(lines);
      if (lines++ == 0) {
        fields_start_ = static_cast<std::uint32_t>(line);
        most = line + limits_.max_field_bytes;
      }
    }
  }

  // The carriage return of the empty line is not counted, wherever the input is cut: a head that
  // just fits is accepted in any pieces.
  const bool may_be_empty = bytes.size() - line == 1 && begin[line] == '\r';
  if (!may_be_empty && bytes.size() > most) return too_long(lines);
  scanned_ = static_cast<std::uint32_t>(bytes.size());
  line_start_ = static_cast<std::uint32_t>(line);
  lines_ = static_cast<std::uint32_t>(lines);
  return 0;
}

}  // namespace mastic::wire::http1
