// Parses forms from arbitrary bytes, whole and in pieces. Nothing crashes, and the parts do not
// depend on where the bytes are cut. The first byte chooses the boundary and the pieces.

#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/wire/multipart/boundary.h"
#include "mastic/wire/multipart/multipart_parser.h"

namespace {

using namespace mastic::wire::multipart;
using Kind = Event::Kind;

/// What the parser says of `bytes`, fed in pieces of `piece_size`, as text.
std::string read(std::string_view boundary, std::string_view bytes, std::size_t piece_size) {
  const Limits limits{.max_multipart_parts = 20, .max_part_header_bytes = 200, .max_part_bytes = 0};
  MultipartParser parser(boundary, limits);
  std::string meaning;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const std::size_t before = input.size();
      const auto event = parser.next(input);
      if (!event)
        return meaning + "malformed";  // which fault is found first may depend on the cuts
      MASTIC_ASSERT(input.size() <= before);
      if (event->kind == Kind::Data) {
        MASTIC_ASSERT(!event->data.empty());
        meaning += event->data;
      }
      if (event->kind == Kind::PartBegin) {
        const PartHead& part = parser.part();
        meaning.append("[").append(part.name).append("|").append(part.media_type);
        if (part.file_name) meaning.append("|").append(*part.file_name);
        meaning += ":";
      }
      if (event->kind == Kind::PartEnd) meaning += "]";
      if (event->kind == Kind::End) meaning += "end";
      if (event->kind != Kind::NeedMore) continue;
      MASTIC_ASSERT(input.empty());
      break;
    }
  }
  return meaning;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)find_boundary(bytes);
  const std::string_view boundary = data[0] < 128 ? "b" : "--bound";
  const std::string whole = read(boundary, bytes, size);
  const std::size_t piece = 1 + data[0] % 11;
  if (size <= 8192) MASTIC_ASSERT(read(boundary, bytes, piece) == whole);
  return 0;
}
