#include "mastic/testing/test_response.h"

#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::testing {

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

TestClient& TestResponse::client(Where where) const {
  const std::string place = detail::to_text(where);
  if (!exchange_) throw std::logic_error(place + "no client has received this response");
  if (const auto client = exchange_->client.lock()) return *client;
  throw std::logic_error(place +
                         "the client of this answer was destroyed, so nothing can be sent with it");
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
