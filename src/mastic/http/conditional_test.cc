#include "mastic/http/conditional.h"

#include <gtest/gtest.h>

#include "mastic/http/date.h"

namespace mastic::http {
namespace {

constexpr std::int64_t kModified = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::int64_t kNow = 1'800'000'000;

struct ConditionalTest : testing::Test {
  Precondition ask(std::initializer_list<std::pair<FieldName, std::string>> fields,
                   Method method = Method::Get) {
    Fields request;
    for (const auto& [name, value] : fields) request.add(name, value);
    return evaluate(method, request.view(), validators, kNow);
  }
  bool range_holds(const std::string& if_range) {
    Fields request;
    request.add(FieldName::IfRange, if_range);
    return if_range_holds(request.view(), validators, kNow);
  }
  Validators validators{EntityTag::parse("\"a\""), kModified};
};

TEST_F(ConditionalTest, WithoutConditionsProceeds) { EXPECT_EQ(ask({}), Precondition::Proceed); }

TEST_F(ConditionalTest, IfNoneMatchIsWeakAndAnswers304OnlyToReads) {
  for (const char* list : {"\"a\"", "W/\"a\"", "\"x\", \"a\"", "*", "\"x\" , W/\"a\""}) {
    EXPECT_EQ(ask({{FieldName::IfNoneMatch, list}}), Precondition::NotModified) << list;
    EXPECT_EQ(ask({{FieldName::IfNoneMatch, list}}, Method::Put), Precondition::Failed) << list;
  }
  for (const char* list : {"\"b\"", "a", "\"a", "", "\"b\" garbage \"a\""}) {
    EXPECT_EQ(ask({{FieldName::IfNoneMatch, list}}), Precondition::Proceed) << list;
  }
}

TEST_F(ConditionalTest, IfNoneMatchSilencesIfModifiedSince) {
  EXPECT_EQ(ask({{FieldName::IfNoneMatch, "\"b\""},
                 {FieldName::IfModifiedSince, format_date(kModified)}}),
            Precondition::Proceed);
}

TEST_F(ConditionalTest, IfModifiedSinceComparesSecondsAndIgnoresGarbage) {
  EXPECT_EQ(ask({{FieldName::IfModifiedSince, format_date(kModified)}}), Precondition::NotModified);
  EXPECT_EQ(ask({{FieldName::IfModifiedSince, format_date(kModified - 1)}}), Precondition::Proceed);
  EXPECT_EQ(ask({{FieldName::IfModifiedSince, "yesterday"}}), Precondition::Proceed);
  EXPECT_EQ(ask({{FieldName::IfModifiedSince, format_date(kModified)}}, Method::Post),
            Precondition::Proceed);
}

TEST_F(ConditionalTest, IfMatchIsStrong) {
  EXPECT_EQ(ask({{FieldName::IfMatch, "\"a\""}}, Method::Put), Precondition::Proceed);
  EXPECT_EQ(ask({{FieldName::IfMatch, "*"}}, Method::Put), Precondition::Proceed);
  EXPECT_EQ(ask({{FieldName::IfMatch, "W/\"a\""}}, Method::Put), Precondition::Failed);
  EXPECT_EQ(ask({{FieldName::IfMatch, "\"b\""}}), Precondition::Failed);
}

TEST_F(ConditionalTest, IfUnmodifiedSinceFailsOnceItChanged) {
  EXPECT_EQ(ask({{FieldName::IfUnmodifiedSince, format_date(kModified - 1)}}),
            Precondition::Failed);
  EXPECT_EQ(ask({{FieldName::IfUnmodifiedSince, format_date(kModified)}}), Precondition::Proceed);
  EXPECT_EQ(ask({{FieldName::IfUnmodifiedSince, "x"}}), Precondition::Proceed);
}

TEST_F(ConditionalTest, IfRangeWantsAStrongTagOrTheVeryDate) {
  EXPECT_TRUE(range_holds("\"a\""));
  EXPECT_FALSE(range_holds("W/\"a\""));
  EXPECT_FALSE(range_holds("\"b\""));
  EXPECT_TRUE(range_holds(format_date(kModified)));
  EXPECT_FALSE(range_holds(format_date(kModified + 1)));
  EXPECT_FALSE(range_holds("garbage"));
}

TEST_F(ConditionalTest, IfRangeDoesNotTrustADateOfThisSecond) {
  validators.last_modified = kNow;
  EXPECT_FALSE(range_holds(format_date(kNow)));
}

}  // namespace
}  // namespace mastic::http
