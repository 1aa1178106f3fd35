#include "mastic/http/range.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mastic::http {
namespace {

using Verdict = RangeRequest::Verdict;
using Ranges = std::vector<ByteRange>;

RangeRequest ask(std::string_view field, std::uint64_t size = 1000) {
  return RangeRequest::parse(field, size, 16);
}

TEST(Range, TakesEveryForm) {
  EXPECT_EQ(ask("bytes=0-99").ranges, (Ranges{{0, 99}}));
  EXPECT_EQ(ask("bytes=900-").ranges, (Ranges{{900, 999}}));
  EXPECT_EQ(ask("bytes=-100").ranges, (Ranges{{900, 999}}));
  EXPECT_EQ(ask("bytes=-5000").ranges, (Ranges{{0, 999}}));
  EXPECT_EQ(ask("bytes=990-2000").ranges, (Ranges{{990, 999}}));
  EXPECT_EQ(ask("Bytes= 0-0 ,, 5-6").ranges, (Ranges{{0, 0}, {5, 6}}));
}

TEST(Range, KeepsTheOrderAsked) {
  EXPECT_EQ(ask("bytes=500-599, 0-99").ranges, (Ranges{{500, 599}, {0, 99}}));
}

TEST(Range, IsUnsatisfiableBeyondTheEnd) {
  for (const char* field : {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=5000-, 6000-"}) {
    EXPECT_EQ(ask(field).verdict, Verdict::Unsatisfiable) << field;
  }
  EXPECT_EQ(ask("bytes=0-", 0).verdict, Verdict::Unsatisfiable);
  EXPECT_EQ(ask("bytes=2000-, 0-9").ranges, (Ranges{{0, 9}}));
}

TEST(Range, IsIgnoredWhenMalformedOrOfAnotherUnit) {
  for (const char* field : {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=9-0",
                            "bytes=1-2-3", "bytes=+1-2", "bytes=0x1-2", "lines=0-1", "bytes=1",
                            "bytes=99999999999999999999-", "bytes=0-1;2-3", "bytes 0-1"}) {
    EXPECT_EQ(ask(field).verdict, Verdict::Ignore) << field;
  }
}

TEST(Range, IsIgnoredWhenGreedy) {
  EXPECT_EQ(ask("bytes=0-,0-,0-").verdict, Verdict::Ignore);
  EXPECT_EQ(ask("bytes=0-10,10-20").verdict, Verdict::Ignore);
  std::string sixteen = "bytes=0-0";
  for (int i = 1; i < 16; ++i) sixteen += "," + std::to_string(i * 2) + "-" + std::to_string(i * 2);
  EXPECT_EQ(ask(sixteen).verdict, Verdict::Satisfiable);
  EXPECT_EQ(ask(sixteen + ",500-").verdict, Verdict::Ignore);
}

TEST(Range, NeverAsksForMoreThanThereIs) {
  EXPECT_TRUE(rc::check([](const std::string& tail, std::uint32_t size) {
    const RangeRequest request = ask("bytes=" + tail, size);
    std::uint64_t sum = 0;
    for (const ByteRange& range : request.ranges) {
      RC_ASSERT(range.first <= range.last);
      RC_ASSERT(range.last < size);
      sum += range.size();
    }
    RC_ASSERT(request.verdict != Verdict::Satisfiable || (sum > 0 && sum <= size));
  }));
}

TEST(Range, IsNamedInAnswers) {
  EXPECT_EQ(content_range({0, 99}, 1234), "bytes 0-99/1234");
  EXPECT_EQ(unsatisfied_range(1234), "bytes */1234");
}

}  // namespace
}  // namespace mastic::http
