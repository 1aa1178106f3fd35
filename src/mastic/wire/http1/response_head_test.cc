#include "mastic/wire/http1/response_head.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "mastic/http/fields.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::wire::http1 {
namespace {

using http::Status;

std::string write(const ResponseHead& head) {
  std::string out(response_head_bound(head), '\0');
  out.resize(static_cast<std::size_t>(write_response_head(out.data(), head) - out.data()));
  return out;
}

TEST(ResponseHead, IsWrittenInAFixedOrder) {
  http::Fields fields;
  fields.add("X-A", "b");
  const ResponseHead head{.status = Status::NotFound,
                          .field_lines = fields.lines(),
                          .date_line = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                          .framing = {Framing::Kind::Length, 5},
                          .close = true};
  EXPECT_EQ(write(head),
            "HTTP/1.1 404 Not Found\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 5\r\n"
            "Connection: close\r\n"
            "X-A: b\r\n"
            "\r\n");
}

TEST(ResponseHead, FramesByLengthOrChunksOrNotAtAll) {
  EXPECT_EQ(write({.framing = {Framing::Kind::Length, 0}}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(write({.framing = {Framing::Kind::Chunked}}),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(write({.status = Status::NoContent}), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ResponseHead, NamesTheUpgradedProtocol) {
  EXPECT_EQ(write({.status = Status::SwitchingProtocols, .upgrade = "lines/1"}),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\n");
}

TEST(ResponseHead, HasNoReasonForAnUnregisteredStatus) {
  EXPECT_EQ(write({.status = static_cast<Status>(299)}), "HTTP/1.1 299 \r\n\r\n");
}

TEST(ResponseHead, NeverWritesMoreThanItsBound) {
  EXPECT_TRUE(rc::check([](std::string lines, std::string type, std::uint64_t length, bool close,
                           std::string upgrade) {
    const ResponseHead head{.status = Status::NonAuthoritativeInformation,
                            .field_lines = lines,
                            .date_line = type,
                            .framing = {Framing::Kind::Length, length},
                            .close = close,
                            .keep_alive = true,
                            .upgrade = upgrade};
    std::string out(response_head_bound(head), '\0');
    const char* const end = write_response_head(out.data(), head);
    RC_ASSERT(end <= out.data() + out.size());
  }));
}

TEST(ResponseHead, CanBeParsedBack) {
  EXPECT_TRUE(rc::check([] {
    http::Fields fields;
    const auto values = *rc::gen::container<std::vector<std::string>>(
        rc::gen::nonEmpty(rc::gen::string<std::string>()));
    for (const std::string& value : values) {
      try {
        fields.add("X-Value", value);
      } catch (const std::invalid_argument&) {  // not a field value
      }
    }
    const std::string text =
        write({.field_lines = fields.lines(), .framing = {Framing::Kind::Length, 0}});
    const Limits limits{.max_header_bytes = 1 << 20, .max_header_count = 1000};
    base::Arena memory;
    ResponseParser parser(http::Method::Get, limits, memory);
    std::string_view input = text;
    RC_ASSERT(parser.next(input).kind == ResponseParser::Event::Kind::Head);
    RC_ASSERT(parser.head().fields.joined(http::FieldName::ContentLength) == "0");
    RC_ASSERT(parser.head().fields.size() == fields.view().size() + 1);
    for (std::size_t i = 0; i < fields.view().size(); ++i) {
      RC_ASSERT(parser.head().fields[i + 1].value == fields.view()[i].value);
    }
  }));
}

}  // namespace
}  // namespace mastic::wire::http1
