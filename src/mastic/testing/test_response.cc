#include "mastic/testing/test_response.h"

#include <stdexcept>

#include "mastic/base/arena.h"
#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {

using wire::http1::ResponseParser;

namespace {

/// A line of a message: who says it, and what.
void append_line(std::string& out, char mark, std::string_view line) {
  constexpr std::size_t kMaxLine = 2000;
  out += mark;
  if (!line.empty()) out += ' ';
  // Bytes that a terminal would obey are escaped.
  base::append_log_text_escaped(out, line, kMaxLine);
  out += '\n';
}

std::string status_line(http::Status status) {
  return std::to_string(static_cast<int>(status)) + " " + std::string(reason_phrase(status));
}

void append_content(std::string& out, char mark, std::string_view content) {
  constexpr std::size_t kMaxShown = 2000;
  std::string_view left = content.substr(0, kMaxShown);
  while (!left.empty()) append_line(out, mark, base::take_until(left, '\n'));
  if (content.size() > kMaxShown)
    append_line(out, mark, "... " + std::to_string(content.size()) + " bytes in all");
}

void append_message(std::string& out, char mark, const http::Fields& fields,
                    std::string_view content) {
  for (const http::Field field : fields.view())
    append_line(out, mark, std::string(field.name) + ": " + std::string(field.value));
  if (content.empty()) return;
  append_line(out, mark, {});
  append_content(out, mark, content);
}

}  // namespace

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
    response.trailers = http::Fields(parser.trailers());
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

const TestResponse& TestResponse::expect(ExpectedStatus expected, Where where) const& {
  check(expected, where);
  return *this;
}
TestResponse TestResponse::expect(ExpectedStatus expected, Where where) && {
  check(expected, where);
  return std::move(*this);
}

void TestResponse::check(const ExpectedStatus& expected, const Where& where) const {
  if (expected.includes(status)) return;
  throw std::logic_error(detail::to_text(where) + "the status is " +
                         std::to_string(static_cast<int>(status)) + ", and " +
                         expected.to_string() + " was expected\n" + to_string());
}

void TestResponse::throw_no_json(const std::string& why, const Where& where) const {
  throw std::logic_error(detail::to_text(where) + "the answer is not the JSON that was expected: " +
                         why + "\n" + to_string());
}

const TestRequest& TestResponse::request() const {
  static const TestRequest kNone;
  return exchange_ ? exchange_->request : kNone;
}

std::string TestResponse::url() const {
  if (!exchange_) return {};
  const std::string& target = exchange_->request.target;
  return target.starts_with('/') ? exchange_->origin + target : target;
}

TestClient& TestResponse::client() const {
  if (exchange_ && exchange_->client != nullptr) return *exchange_->client;
  throw std::logic_error("no client has received this response");
}

std::string TestResponse::to_string() const {
  std::string shown;
  if (exchange_) {
    const TestRequest& request = exchange_->request;
    append_line(shown, '>', request.method + " " + request.target);
    append_message(shown, '>', request.fields, request.content);
  }
  for (const http::Status each : interim) append_line(shown, '<', status_line(each));
  append_line(shown, '<', status_line(status));
  append_message(shown, '<', fields, text);
  if (exchange_) {
    for (const std::string& line : exchange_->log) append_line(shown, '|', line);
  }
  return shown;
}

}  // namespace mastic::testing
