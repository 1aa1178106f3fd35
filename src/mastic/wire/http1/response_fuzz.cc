// Parses responses from arbitrary bytes. Nothing crashes, no byte is consumed twice, and the end is
// reported once.

#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/wire/http1/response_parser.h"

using namespace mastic::wire::http1;
using Kind = ResponseParser::Event::Kind;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const auto method = data[0] % 2 == 0 ? mastic::http::Method::Get : mastic::http::Method::Head;
  const std::size_t piece = 1 + data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  const Limits limits;
  mastic::base::Arena memory;
  ResponseParser parser(method, limits, memory);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view input = bytes.substr(at, piece);
    while (true) {
      const std::size_t before = input.size();
      const auto event = parser.next(input);
      MASTIC_ASSERT(input.size() <= before);
      if (event.kind == Kind::End || event.kind == Kind::Malformed) return 0;
      if (event.kind == Kind::NeedMore) {
        MASTIC_ASSERT(input.empty());
        break;
      }
    }
  }
  const auto end = parser.end_of_input();
  MASTIC_ASSERT(end.kind == Kind::End || end.kind == Kind::Malformed);
  return 0;
}
