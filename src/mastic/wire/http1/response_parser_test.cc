#include "mastic/wire/http1/response_parser.h"

#include <gtest/gtest.h>

namespace mastic::wire::http1 {
namespace {

using http::Method;
using ResponseKind = ResponseParser::Event::Kind;

/// Parses a response and returns "STATUS keep|close BODY", "malformed" or "incomplete".
std::string read(std::string_view bytes, Method method = Method::Get, std::size_t piece_size = 1000,
                 bool ends = false) {
  const Limits limits;
  base::Arena memory;
  ResponseParser parser(method, limits, memory);
  std::string meaning;
  std::string rest;
  const auto take = [&](ResponseParser::Event event) {
    if (event.kind == ResponseKind::Head) {
      meaning = std::to_string(code(parser.head().status)) +
                (parser.head().keep_alive ? " keep " : " close ");
    }
    if (event.kind == ResponseKind::Data) meaning += event.data;
    if (event.kind == ResponseKind::Malformed) meaning = "malformed";
    return event.kind;
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    rest += bytes.substr(at, piece_size);
    std::string_view input = rest;
    ResponseKind kind{};
    do kind = take(parser.next(input));
    while (kind == ResponseKind::Head || kind == ResponseKind::Data);
    if (kind == ResponseKind::End || kind == ResponseKind::Malformed) return meaning;
    rest = input;
  }
  if (ends) {
    take(parser.end_of_input());
    return meaning;
  }
  return meaning + "incomplete";
}

TEST(ResponseParser, ReadsEveryFraming) {
  for (const std::size_t piece : {1u, 2u, 7u, 1000u}) {
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Method::Get, piece),
              "200 keep hi");
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
                   Method::Get, piece),
              "200 keep hi");
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nhi", Method::Get, piece, true), "200 close hi");
  }
}

TEST(ResponseParser, KnowsResponsesWithoutContent) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Method::Head), "200 keep ");
  EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"), "304 keep ");
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\n\r\n"), "204 keep ");
  EXPECT_EQ(read("HTTP/1.1 100 Continue\r\n\r\n"), "100 keep ");
}

TEST(ResponseParser, DetectsAConnectionThatEndsTooSoon) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", Method::Get, 1000, true),
            "malformed");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", Method::Get,
                 1000, true),
            "malformed");
  EXPECT_EQ(read("HTTP/1.1 200", Method::Get, 1000, true), "malformed");
}

TEST(ResponseParser, RefusesMalformedStatusLines) {
  for (const char* line :
       {"HTTP/2.0 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 600 X",
        "HTTP/1.1  200 OK", "http/1.1 200 OK", "HTTP/1.1 200\tOK", "200 OK", "HTTP/1.1 099 X"}) {
    EXPECT_EQ(read(std::string(line) + "\r\n\r\n"), "malformed") << line;
  }
  EXPECT_EQ(read("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), "200 keep ");
}

TEST(ResponseParser, RefusesTwoFramings) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "malformed");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n"), "malformed");
}

}  // namespace
}  // namespace mastic::wire::http1
