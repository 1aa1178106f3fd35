#include "mastic/wire/http1/limits.h"

#include <string_view>
#include <utility>

namespace mastic::wire::http1 {

void Limits::describe(base::OptionTable& table) {
  table.size("max_request_line_bytes", max_request_line_bytes,
             "Maximum size of the first line of a request. Beyond it: 414, close.");
  table.size("max_header_bytes", max_header_bytes,
             "Maximum size of all header fields of a request together. Beyond it: 431, close.");
  table.count("max_header_count", max_header_count,
              "Maximum number of header fields of a request. Beyond it: 431, close.");
  table.size(
      "max_chunk_extension_bytes", max_chunk_extension_bytes,
      "Maximum size of the extensions of one chunk of a request body. Beyond it: 400, close.");
  table.size("max_chunk_overhead_bytes", max_chunk_overhead_bytes,
             "Maximum size of what chunked coding adds to a request body, on top of half the size "
             "of its data. Beyond it: 400, close.");
  table.size("max_trailer_bytes", max_trailer_bytes,
             "Maximum size of all trailer fields of a request together. Beyond it: 400, close.");
  table.count("max_trailer_count", max_trailer_count,
              "Maximum number of trailer fields of a request. Beyond it: 400, close.");
}

base::Result<void> Limits::check() const {
  constexpr std::uint64_t kMaxBytes = 16 << 20;
  const std::pair<std::string_view, std::uint64_t> sizes[] = {
      {"--max-request-line-bytes", max_request_line_bytes},
      {"--max-header-bytes", max_header_bytes},
      {"--max-trailer-bytes", max_trailer_bytes}};
  for (const auto& [name, bytes] : sizes) {
    if (bytes > kMaxBytes) return base::fail(name, " must be at most 16M");
  }
  return {};
}

}  // namespace mastic::wire::http1
