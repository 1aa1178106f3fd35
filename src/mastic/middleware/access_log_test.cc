#include "mastic/middleware/access_log.h"

#include <gtest/gtest.h>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/base/kernel_testing.h"

namespace mastic::middleware {
namespace {

using namespace std::chrono_literals;

class RecordingSink final : public base::LineSink {
 public:
  void write(std::string_view line) noexcept override { text += line; }
  std::string text;
};

/// A clock that always shows 1994-11-06 08:49:37.
class StoppedClock final : public base::FailingKernel {
 public:
  StoppedClock() : FailingKernel(base::system_kernel()) {}
  std::int64_t unix_seconds() override { return 784111777; }
};

struct AccessLogTest : testing::Test {
  std::string log(AccessLogFormat format, std::string_view path = "/a?b=c",
                  app::Outcome outcome = {}) {
    const AccessLog middleware(sink, format, clock, 40);
    exchange.start(app::App([] { return "x"; }), http::Method::Get, path);
    EXPECT_FALSE(middleware.before(exchange.request()));
    EXPECT_EQ(sink.text, "") << "nothing before the end";
    outcome.duration = 1234us;
    exchange.finishers().finish(outcome);
    return std::exchange(sink.text, {});
  }
  RecordingSink sink;
  StoppedClock clock;
  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
};

TEST_F(AccessLogTest, WritesTheCombinedFormat) {
  exchange.fields.add("Referer", "http://example.com/");
  exchange.fields.add("User-Agent", "test/1.0");
  EXPECT_EQ(log(AccessLogFormat::Combined, "/a?b=c",
                {.status = http::Status::NotFound, .content_bytes = 56, .complete = true}),
            "unix - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b=c HTTP/1.1\" 404 56 "
            "\"http://example.com/\" \"test/1.0\" 1234\n");
}

TEST_F(AccessLogTest, WritesJson) {
  exchange.fields.add("User-Agent", "test/1.0");
  EXPECT_EQ(
      log(AccessLogFormat::Json, "/", {.content_bytes = 5}),
      "{\"time\":\"1994-11-06T08:49:37Z\",\"client\":\"unix\",\"method\":\"GET\",\"target\":\"/\","
      "\"version\":\"HTTP/1.1\",\"referer\":\"\",\"user_agent\":\"test/"
      "1.0\",\"id\":\"a100000000000\","
      "\"status\":200,\"bytes\":5,\"duration_us\":1234,\"complete\":false}\n");
}

TEST_F(AccessLogTest, MarksAbortedAnswers) {
  EXPECT_TRUE(log(AccessLogFormat::Combined).ends_with(" 1234 aborted\n"));
}

TEST_F(AccessLogTest, LogsRequestsThatTheServerRejected) {
  const auto refused = [&](AccessLogFormat format, const app::RejectedRequest& rejected) {
    AccessLog(sink, format, clock).write_rejected(rejected);
    return std::exchange(sink.text, {});
  };
  app::RejectedRequest rejected{.client = {base::IpAddress::v4({192, 0, 2, 7}), 1234},
                                .status = http::Status::RequestTimeout,
                                .content_bytes = 20};
  EXPECT_EQ(refused(AccessLogFormat::Combined, rejected),
            "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"-\" 408 20 \"-\" \"-\" 0\n");
  rejected.method = "GET";
  rejected.target = "/../x";
  EXPECT_NE(refused(AccessLogFormat::Combined, rejected).find(" \"GET /../x HTTP/1.1\" 408 20 "),
            std::string::npos);
  EXPECT_NE(refused(AccessLogFormat::Json, rejected)
                .find("\"client\":\"192.0.2.7\",\"method\":\"GET\",\"target\":\"/../x\","),
            std::string::npos);
  EXPECT_EQ(refused(AccessLogFormat::Json, rejected).find("\"reason\""), std::string::npos);
  rejected.reason = "Host is missing";
  EXPECT_NE(refused(AccessLogFormat::Json, rejected)
                .find(",\"reason\":\"Host is missing\",\"status\":408"),
            std::string::npos);
}

TEST_F(AccessLogTest, EscapesWhatClientsSend) {
  exchange.fields.add("User-Agent", "a\"b\\c\td\xff");
  const std::string line = log(AccessLogFormat::Combined);
  EXPECT_NE(line.find("\"a\\x22b\\x5Cc\\x09d\\xFF\""), std::string::npos) << line;
  const std::string json = log(AccessLogFormat::Json);
  EXPECT_NE(json.find("a\\\"b\\\\c\\u0009d\\ufffd"), std::string::npos) << json;
}

TEST_F(AccessLogTest, TruncatesLongFields) {
  exchange.fields.add("User-Agent", std::string(1000, 'u'));
  for (const auto format : {AccessLogFormat::Combined, AccessLogFormat::Json}) {
    EXPECT_NE(log(format).find("\"" + std::string(40, 'u') + "...\""), std::string::npos);
  }
}

}  // namespace
}  // namespace mastic::middleware
