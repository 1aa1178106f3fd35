#include "mastic/wire/http1/request_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "mastic/wire/messages/message_table_testing.h"

namespace mastic::wire::http1 {
namespace {

using RequestKind = RequestParser::Event::Kind;

/// Parses requests one after the other, from pieces of any size, and writes down their meaning.
class Reader {
 public:
  void feed(std::string_view piece) {
    std::string held = rest_ + std::string(piece);
    std::string_view input = held;
    while (!spent_ && step(input)) {
    }
    rest_ = spent_ ? std::string() : std::string(input);
  }

  [[nodiscard]] std::string meaning() const {
    const bool begun = parser_ && parser_->has_begun();
    return meaning_ + show_body() + (spent_ || !begun ? "" : "incomplete\n");
  }

 private:
  /// False when more bytes are needed.
  bool step(std::string_view& input) {
    if (!parser_) {
      memory_ = std::make_unique<base::Arena>();
      parser_ = std::make_unique<RequestParser>(limits_, *memory_);
    }
    const auto event = parser_->next(input);
    switch (event.kind) {
      case RequestKind::NeedMore:
        EXPECT_TRUE(input.empty());
        return false;
      case RequestKind::Head:
        show_head(parser_->head());
        return true;
      case RequestKind::Data:
        EXPECT_FALSE(event.data.empty());
        body_ += event.data;
        return true;
      case RequestKind::End:
        meaning_ += show_body();
        body_.clear();
        for (const auto& field : parser_->trailers()) {
          meaning_ += "trailer " + std::string(field.name) + ": " + show_bytes(field.value) + "\n";
        }
        meaning_ += "end\n";
        parser_.reset();
        return !input.empty();
      case RequestKind::Malformed:
        meaning_ += show_body();
        body_.clear();
        meaning_ += "malformed " + std::to_string(code(parser_->fault().status)) + "\n";
        spent_ = true;
        return false;
    }
    return false;
  }

  void show_head(const RequestHead& head) {
    meaning_ += std::string(head.method_text) + " " + std::string(head.target_text) + " " +
                std::string(to_string(head.version)) + (head.keep_alive ? " keep" : " close") +
                (head.expects_continue ? " expects-continue" : "") + "\n";
    if (!head.authority.empty()) meaning_ += "authority " + std::string(head.authority) + "\n";
    for (const auto& field : head.fields) {
      meaning_ += std::string(field.name) + ": " + show_bytes(field.value) + "\n";
    }
  }

  [[nodiscard]] std::string show_body() const {
    if (body_.size() > 100) return "body of " + std::to_string(body_.size()) + " bytes\n";
    return body_.empty() ? "" : "body " + show_bytes(body_) + "\n";
  }

  const Limits limits_;
  std::unique_ptr<base::Arena> memory_;
  std::unique_ptr<RequestParser> parser_;
  std::string rest_;
  std::string body_;
  std::string meaning_;
  bool spent_ = false;
};

struct RequestTable : testing::TestWithParam<MessageCase> {
  static std::string read(const std::vector<std::string_view>& pieces) {
    Reader reader;
    for (const std::string_view piece : pieces) reader.feed(piece);
    return reader.meaning();
  }
};

TEST_P(RequestTable, HasTheMeaningInTheTable) {
  EXPECT_EQ(read({GetParam().bytes}), GetParam().meaning);
}

TEST_P(RequestTable, HasTheSameMeaningByteByByte) {
  std::vector<std::string_view> pieces;
  const std::string_view bytes = GetParam().bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  EXPECT_EQ(read(pieces), GetParam().meaning);
}

TEST_P(RequestTable, HasTheSameMeaningCutAnywhere) {
  const std::string_view bytes = GetParam().bytes;
  const std::size_t step = bytes.size() > 4096 ? 97 : 1;
  for (std::size_t cut = 1; cut < bytes.size(); cut += step) {
    ASSERT_EQ(read({bytes.substr(0, cut), bytes.substr(cut)}), GetParam().meaning)
        << "cut at " << cut;
  }
}

std::string test_name(const testing::TestParamInfo<MessageCase>& info) {
  std::string name = info.param.name;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Messages, RequestTable,
                         testing::ValuesIn(read_message_table("requests.txt")), test_name);

TEST(RequestParser, KeepsTheHeadWhenTheInputIsFreed) {
  const Limits limits;
  base::Arena memory;
  RequestParser parser(limits, memory);
  auto bytes = std::make_unique<std::string>("GET /path HTTP/1.1\r\nHost: example\r\n\r\n");
  std::string_view input = *bytes;
  ASSERT_EQ(parser.next(input).kind, RequestKind::Head);
  bytes.reset();
  EXPECT_EQ(parser.head().target.path, "/path");
  EXPECT_EQ(parser.head().fields.get("Host"), "example");
}

TEST(RequestParser, LeavesTheNextRequestInTheInput) {
  const Limits limits;
  base::Arena memory;
  RequestParser parser(limits, memory);
  std::string_view input = "GET / HTTP/1.0\r\n\r\nGET /next";
  EXPECT_EQ(parser.next(input).kind, RequestKind::Head);
  EXPECT_EQ(parser.next(input).kind, RequestKind::End);
  EXPECT_EQ(input, "GET /next");
}

TEST(RequestParser, SaysWhatIsWrongWithARequestLine) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "the request line does not begin with a method"},  // a second empty line
      {" / HTTP/1.1", "the request line does not begin with a method"},
      {"GET", "the request line has no target"},
      {"GET /", "the request line has no version"},
      {"GET /a\tb HTTP/1.1", "the request target is malformed"},
      {"GET  HTTP/1.1", "the request target is malformed"},
      {"GET x HTTP/1.1", "the request target is malformed"},
      {"GET / http/1.1", "the request line does not end with a version"},
      {"GET / HTTP/1.1 ", "the request line does not end with a version"},
      {"GET / HTTP/2.0", "the version is not HTTP/1"},
      {"GET /\r HTTP/1.1", "the request line has a control character"},
      {"HEAD /\r HTTP/9", "the request line has a control character"},
  };
  for (const auto& [line, reason] : cases) {
    const Limits limits;
    base::Arena memory;
    RequestParser parser(limits, memory);
    const std::string bytes = "\r\n" + std::string(line) + "\r\n\r\n";
    std::string_view input = bytes;
    EXPECT_EQ(parser.next(input).kind, RequestKind::Malformed) << line;
    EXPECT_EQ(parser.fault().reason, reason) << line;
    EXPECT_EQ(parser.begun_method(), http::Method::Get) << line;
  }
}

TEST(RequestParser, EnforcesEveryLimitExactly) {
  const auto verdict = [](Limits limits, const std::string& bytes) {
    base::Arena memory;
    RequestParser parser(limits, memory);
    std::string_view input = bytes;
    RequestParser::Event event;
    do event = parser.next(input);
    while (event.kind == RequestKind::Head || event.kind == RequestKind::Data);
    return event.kind == RequestKind::Malformed ? code(parser.fault().status) : 0;
  };
  const std::string line = "GET /1234 HTTP/1.0";
  Limits limits;
  limits.max_request_line_bytes = line.size() + 2;
  EXPECT_EQ(verdict(limits, line + "\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, "GET /12345 HTTP/1.0\r\n\r\n"), 414);

  limits = {};
  limits.max_header_bytes = 8;
  EXPECT_EQ(verdict(limits, line + "\r\nX: 345\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, line + "\r\nX: 3456\r\n\r\n"), 431);

  limits = {};
  limits.max_header_count = 2;
  EXPECT_EQ(verdict(limits, line + "\r\nX: 1\r\nX: 2\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, line + "\r\nX: 1\r\nX: 2\r\nX: 3\r\n\r\n"), 431);

  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  limits = {};
  limits.max_chunk_extension_bytes = 3;
  EXPECT_EQ(verdict(limits, chunked + "1;ab\r\nx\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, chunked + "1;abc\r\nx\r\n0\r\n\r\n"), 400);

  limits = {};
  limits.max_chunk_overhead_bytes = 8;
  EXPECT_EQ(verdict(limits, chunked + "1\r\nx\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, chunked + "1\r\nx\r\n1\r\ny\r\n0\r\n\r\n"), 400);

  limits = {};
  limits.max_trailer_count = 1;
  EXPECT_EQ(verdict(limits, chunked + "0\r\nX: 1\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, chunked + "0\r\nX: 1\r\nX: 2\r\n\r\n"), 400);

  limits = {};
  limits.max_trailer_bytes = 6;
  EXPECT_EQ(verdict(limits, chunked + "0\r\nX: 1\r\n\r\n"), 0);
  EXPECT_EQ(verdict(limits, chunked + "0\r\nX: 12\r\n\r\n"), 400);
}

}  // namespace
}  // namespace mastic::wire::http1
