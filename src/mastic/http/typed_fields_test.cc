#include "mastic/http/typed_fields.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mastic::http {
namespace {

using namespace std::chrono_literals;

TEST(CacheControl, WritesItsDirectives) {
  EXPECT_EQ((CacheControl{.no_store = true}).to_string(), "no-store");
  EXPECT_EQ((CacheControl{.is_public = true, .immutable = true, .max_age = 1h}).to_string(),
            "public, max-age=3600, immutable");
  EXPECT_EQ((CacheControl{.is_private = true, .must_revalidate = true, .max_age = 0s}).to_string(),
            "private, max-age=0, must-revalidate");
}

TEST(CacheControl, RefusesWhatContradictsItself) {
  EXPECT_THROW((void)(CacheControl{.is_public = true, .is_private = true}).to_string(),
               std::invalid_argument);
  EXPECT_THROW((void)CacheControl{}.to_string(), std::invalid_argument);
  EXPECT_THROW((void)CacheControl{.max_age = -1s}.to_string(), std::invalid_argument);
}

TEST(ContentDisposition, NamesAFile) {
  EXPECT_EQ(ContentDisposition{}.to_string(), "attachment");
  EXPECT_EQ((ContentDisposition{.filename = "report.pdf"}).to_string(),
            "attachment; filename=\"report.pdf\"");
  EXPECT_EQ((ContentDisposition{.kind = ContentDisposition::Kind::Inline, .filename = "a \"b\""})
                .to_string(),
            "inline; filename=\"a \\\"b\\\"\"");
}

TEST(ContentDisposition, NamesAnyFileForEveryBrowser) {
  EXPECT_EQ((ContentDisposition{.filename = "J\xc3\xb6rg.pdf"}).to_string(),
            "attachment; filename=\"J__rg.pdf\"; filename*=UTF-8''J%C3%B6rg.pdf");
}

TEST(ContentDisposition, NamesNoFolderAndNoSecondField) {
  EXPECT_EQ((ContentDisposition{.filename = "../../etc/pass\r\nX: y"}).to_string(),
            "attachment; filename=\"passX: y\"");
  EXPECT_EQ((ContentDisposition{.filename = "C:\\a\\b.txt"}).to_string(),
            "attachment; filename=\"b.txt\"");
}

TEST(Link, WritesTargetAndParameters) {
  EXPECT_EQ((Link{.target = "/style.css", .rel = "preload", .as = "style"}).to_string(),
            "</style.css>; rel=\"preload\"; as=\"style\"");
}

TEST(Link, RefusesWhatWouldBecomeAnotherLink) {
  EXPECT_THROW((void)(Link{.target = "/a>; rel=x, </b", .rel = "next"}).to_string(),
               std::invalid_argument);
  EXPECT_THROW((void)(Link{.target = "/a"}).to_string(), std::invalid_argument);
  EXPECT_THROW((void)(Link{.target = "/a", .rel = "next", .title = "a\r\nb"}).to_string(),
               std::invalid_argument);
}

TEST(RetryAfter, IsANumberOfSeconds) {
  EXPECT_EQ(RetryAfter{2min}.to_string(), "120");
  EXPECT_EQ(RetryAfter{-5s}.to_string(), "0");
}

TEST(Vary, ListsFields) {
  EXPECT_EQ((Vary{{FieldName::Accept, FieldName::Cookie}}).to_string(), "Accept, Cookie");
  EXPECT_THROW((void)Vary{}.to_string(), std::invalid_argument);
}

}  // namespace
}  // namespace mastic::http
