#include "mastic/testing/test_response.h"

#include <stdexcept>

#include "mastic/base/arena.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {

using wire::http1::ResponseParser;

/// Every call begins at the first byte again, so that no parser has to be kept between two turns of
/// the loop; answers in tests are short.
std::optional<TestResponse> read_response(std::string& bytes, http::Method method, bool ended) {
  using Kind = ResponseParser::Event::Kind;
  const wire::http1::Limits limits;
  TestResponse response;
  for (std::string_view left = bytes; !left.empty();) {
    // The parser of one response keeps the fields in `memory`; they are copied out below.
    base::Arena memory;
    ResponseParser parser(method, limits, memory);
    response.text.clear();
    for (bool more = true; more;) {
      auto event = parser.next(left);
      if (event.kind == Kind::NeedMore && ended) event = parser.end_of_input();
      if (event.kind == Kind::NeedMore) return std::nullopt;
      if (event.kind == Kind::Malformed) {
        throw std::logic_error("the answer is not HTTP: " + std::string(parser.fault().reason));
      }
      if (event.kind == Kind::Data) response.text += event.data;
      more = event.kind != Kind::End;
    }
    response.status = parser.head().status;
    response.fields = http::Fields(parser.head().fields);
    // 101 is informational by its number, but no other response follows it.
    const bool upgrades = response.status == http::Status::SwitchingProtocols;
    if (!is_informational(response.status) || upgrades) {
      bytes.erase(0, bytes.size() - left.size());
      return response;
    }
    response.interim.push_back(response.status);
  }
  return std::nullopt;
}

void TestResponse::throw_no_json(const std::string& why) const {
  constexpr std::size_t kMaxShown = 200;
  throw std::logic_error("the answer is not the JSON that was expected: " + why + "; status " +
                         std::to_string(static_cast<int>(status)) + ", content: " +
                         text.substr(0, kMaxShown) + (text.size() > kMaxShown ? "..." : ""));
}

}  // namespace mastic::testing
