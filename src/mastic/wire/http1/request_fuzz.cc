// Parses requests from arbitrary bytes, whole and in pieces. Nothing crashes, the result does not
// depend on where the bytes are cut, and no byte is consumed twice.

#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/wire/http1/request_parser.h"

namespace {

using namespace mastic::wire::http1;
using Kind = RequestParser::Event::Kind;

/// Parses the requests in `bytes`, fed in pieces of `piece_size`, and returns their content as
/// text.
std::string read(std::string_view bytes, std::size_t piece_size) {
  const Limits limits;
  std::string meaning;
  auto memory = std::make_unique<mastic::base::Arena>();
  auto parser = std::make_unique<RequestParser>(limits, *memory);
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const std::size_t before = input.size();
      const auto event = parser->next(input);
      MASTIC_ASSERT(input.size() <= before);
      if (event.kind == Kind::NeedMore) {
        MASTIC_ASSERT(input.empty());
        break;
      }
      if (event.kind == Kind::Malformed) return meaning + "malformed";
      if (event.kind == Kind::Data) {
        MASTIC_ASSERT(!event.data.empty());
        meaning += event.data;
      }
      if (event.kind == Kind::Head) {
        meaning.append(parser->head().method_text).append(parser->head().target_text);
        for (const auto& field : parser->head().fields)
          meaning.append(field.name).append(field.value);
      }
      if (event.kind == Kind::End) {
        meaning += "end";
        memory = std::make_unique<mastic::base::Arena>();
        parser = std::make_unique<RequestParser>(limits, *memory);
      }
    }
  }
  return meaning;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(bytes, bytes.size());
  const std::size_t piece = 1 + data[0] % 7;
  if (size <= 8192) MASTIC_ASSERT(read(bytes, piece) == whole);
  return 0;
}
