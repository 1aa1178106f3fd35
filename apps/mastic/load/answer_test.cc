#include "apps/mastic/load/answer.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::load {
namespace {

using Verdict = AnswerCheck::Verdict;

const std::string kFirst =
    "HTTP/1.1 200 OK\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n\r\nhello";

ExpectedAnswer first() { return {kFirst, http::Method::Get}; }

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  return text.replace(text.rfind(what), what.size(), with);
}

struct Checked {
  Verdict verdict;
  std::string what;
  bool keep_alive;
};

/// Feeds an answer in pieces of `size`.
Checked check(const std::string& answer, std::size_t size = 1 << 20, Check kind = Check::Same,
              StatusRange statuses = {200, 200}) {
  const ExpectedAnswer expected = first();
  AnswerCheck check(expected, statuses, kind, http::Method::Get);
  auto verdict = Verdict::NeedMore;
  for (std::size_t at = 0; at < answer.size() && verdict == Verdict::NeedMore; at += size) {
    std::string_view piece = std::string_view(answer).substr(at, size);
    verdict = check.feed(piece);
  }
  if (verdict == Verdict::NeedMore) verdict = check.end_of_input();
  return {verdict, check.what(), check.keep_alive()};
}

TEST(LoadAnswer, MatchesTheSameBytesAtAnyDate) {
  const ExpectedAnswer expected = first();
  const std::string later = replaced(kFirst, "08:49:37", "08:49:38");
  for (std::size_t at = 0; at <= later.size(); ++at) {
    EXPECT_TRUE(expected.matches(0, std::string_view(later).substr(0, at)));
    EXPECT_TRUE(expected.matches(at, std::string_view(later).substr(at)));
  }
  EXPECT_FALSE(expected.matches(0, replaced(kFirst, "hello", "hullo")));
  EXPECT_FALSE(expected.matches(0, kFirst + "h"));
  // The date of another field is compared, also when it is the same as that of Date.
  EXPECT_FALSE(expected.matches(0, kFirst.substr(0, 49) + "9" + kFirst.substr(50)));
}

TEST(LoadAnswer, IsRightInOtherChunksOrWithTheLastOfAConnection) {
  const std::string closing = replaced(kFirst, "\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  for (const std::size_t size : {1U, 7U, 1000U}) {
    const Checked checked = check(closing, size);
    EXPECT_EQ(checked.verdict, Verdict::Right) << checked.what;
    EXPECT_FALSE(checked.keep_alive);
  }
  const ExpectedAnswer chunked(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      http::Method::Get);
  EXPECT_EQ(chunked.content(), "hello");
  AnswerCheck check(chunked, {}, Check::Same, http::Method::Get);
  std::string_view other =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nHTTP";
  EXPECT_EQ(check.feed(other), Verdict::Right) << check.what();
  EXPECT_EQ(other, "HTTP");
}

TEST(LoadAnswer, IsRightBehindInterimAnswers) {
  EXPECT_EQ(check("HTTP/1.1 100 Continue\r\n\r\n" + kFirst, 3).verdict, Verdict::Right);
  const ExpectedAnswer expected("HTTP/1.1 103 Early Hints\r\n\r\n" + kFirst, http::Method::Get);
  EXPECT_EQ(expected.status(), 200U);
  EXPECT_EQ(expected.content(), "hello");
}

TEST(LoadAnswer, TellsWhatDiffers) {
  const Checked content = check(replaced(kFirst, "hello", "help!"), 4);
  EXPECT_EQ(content.verdict, Verdict::Different);
  EXPECT_EQ(content.what,
            "the content differs from the first answer at byte 3: 'p!' instead of 'lo'");
  const Checked shorter = check(replaced(replaced(kFirst, "hello", "hell"), ": 5", ": 4"));
  EXPECT_EQ(shorter.verdict, Verdict::Different);
  EXPECT_EQ(shorter.what,
            "a field differs from the first answer: 'content-length: 4' instead of "
            "'content-length: 5'");
  const Checked cookie =
      check(replaced(kFirst, "Content-Length", "Set-Cookie: id=8f3a\r\nContent-Length"));
  EXPECT_TRUE(cookie.what.contains("'set-cookie: id=8f3a'")) << cookie.what;
  EXPECT_TRUE(cookie.what.ends_with("--check status does not compare them")) << cookie.what;
  const Checked status = check(replaced(kFirst, "200 OK", "503 Busy"));
  EXPECT_EQ(status.verdict, Verdict::WrongStatus);
  EXPECT_EQ(status.what, "the status is 503 instead of 200");
  EXPECT_EQ(check(replaced(kFirst, "200 OK", "204 None"), 9, Check::Same, {200, 299}).verdict,
            Verdict::Different);
}

TEST(LoadAnswer, ComparesOnlyTheStatusIfThatIsAskedFor) {
  const std::string other = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nnew";
  EXPECT_EQ(check(other, 5, Check::Status, {200, 299}).verdict, Verdict::Right);
  EXPECT_EQ(check(other, 5, Check::Status).verdict, Verdict::WrongStatus);
}

TEST(LoadAnswer, IsNotCompleteWhenItIsCutShort) {
  for (std::size_t size = 0; size < kFirst.size(); ++size) {
    EXPECT_EQ(check(kFirst.substr(0, size), 10).verdict, Verdict::NeedMore);
  }
  EXPECT_EQ(check("HTTP/1.1 abc\r\n\r\n").verdict, Verdict::Malformed);
}

TEST(LoadAnswer, MayEndWithTheConnection) {
  const ExpectedAnswer expected("HTTP/1.1 200 OK\r\n\r\nhello", http::Method::Get);
  EXPECT_TRUE(expected.ends_with_connection());
  EXPECT_FALSE(expected.keep_alive());
  EXPECT_EQ(expected.content(), "hello");
}

TEST(LoadAnswer, ToHeadHasNoContent) {
  const ExpectedAnswer expected("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", http::Method::Head);
  EXPECT_EQ(expected.content(), "");
  EXPECT_TRUE(expected.keep_alive());
}

TEST(LoadStatusRange, ReadsAStatusARangeAndAClass) {
  const auto read = [](std::string_view text) {
    const auto range = StatusRange::parse(text);
    return range ? range->to_string() : "wrong";
  };
  EXPECT_EQ(read("200"), "200");
  EXPECT_EQ(read("200-204"), "200 to 204");
  EXPECT_EQ(read("2xx"), "200 to 299");
  EXPECT_EQ(read("5XX"), "500 to 599");
  for (const char* const text :
       {"", "20", "2000", "200-", "-200", "300-200", "6xx", "0xx", "abc"}) {
    EXPECT_EQ(read(text), "wrong") << text;
  }
}

}  // namespace
}  // namespace mastic::load
