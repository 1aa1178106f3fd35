#include "mastic/wire/multipart/part_head.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::wire::multipart {
namespace {

http::Fields disposition(std::string_view value) {
  http::Fields fields;
  fields.add("Content-Disposition", value);
  return fields;
}

/// Name and file name, or the reason for a refusal.
std::string names_in(std::string_view value) {
  const http::Fields fields = disposition(value);
  const auto head = parse_part_head(fields.view());
  if (!head) return std::string(head.error().reason);
  return head->name + (head->file_name ? " <" + *head->file_name + ">" : "");
}
bool is_refused(const http::Fields& fields) {
  const auto head = parse_part_head(fields.view());
  return !head && head.error().status == http::Status::BadRequest;
}

TEST(PartHead, DecodesExactlyWhatBrowsersEscape) {
  EXPECT_EQ(names_in(R"(form-data; name="a%22b%0D%0Ac"; filename="50%25 %41.txt")"),
            "a\"b\r\nc <50%25 %41.txt>");
}

TEST(PartHead, KeepsBackslashes) {
  EXPECT_EQ(names_in(R"(form-data; name="f"; filename="C:\Users\new.txt")"),
            R"(f <C:\Users\new.txt>)");
  EXPECT_EQ(names_in(R"(form-data; name="f"; filename="a\\b")"), R"(f <a\\b>)");
}

TEST(PartHead, ReadsAnEscapedQuote) {
  EXPECT_EQ(names_in(R"(form-data; name="f"; filename="say \"tea\".txt")"), R"(f <say "tea".txt>)");
}

TEST(PartHead, ReadsTokensWithoutQuotes) {
  EXPECT_EQ(names_in("form-data;name=f ; FileName=a.txt"), "f <a.txt>");
}

TEST(PartHead, KeepsAFileNameThatIsEmpty) {
  EXPECT_EQ(names_in(R"(form-data; name="f"; filename="")"), "f <>");
}

TEST(PartHead, IgnoresTheExtendedFileName) {
  EXPECT_EQ(names_in("form-data; name=f; filename=\"a.txt\"; filename*=UTF-8''evil.exe"),
            "f <a.txt>");
  EXPECT_EQ(names_in("form-data; name=f; filename*=UTF-8''evil.exe"), "f");
}

TEST(PartHead, TakesNamesInUtf8Only) {
  EXPECT_EQ(names_in("form-data; name=\"J\xc3\xb6rg\"; filename=\"\xe8\x8c\xb6.txt\""),
            "J\xc3\xb6rg <\xe8\x8c\xb6.txt>");
  EXPECT_TRUE(is_refused(disposition("form-data; name=\"J\xf6rg\"")));
  EXPECT_TRUE(is_refused(disposition("form-data; name=a; filename=\"\xc0\xaf\"")));
}

TEST(PartHead, RefusesWhatIsNotOneNamedField) {
  for (const std::string_view wrong :
       {"", "form-data", "attachment; name=a", "form-data; filename=a", "form-data; name=a; name=b",
        "form-data; name=a; filename=b; FILENAME=c", "form-data; name=\"a", "form-data; name=",
        "form-data; name=a b", "form-data; name=a; x=1; x=2", "form-data name=a",
        "form-data; name=\"a\"b", "form-data; name=\"a\\\"", "form-data;; name=a"}) {
    EXPECT_TRUE(is_refused(disposition(wrong))) << wrong;
  }
  EXPECT_TRUE(is_refused(http::Fields()));
  http::Fields twice = disposition("form-data; name=a");
  twice.add("Content-Disposition", "form-data; name=b");
  EXPECT_TRUE(is_refused(twice));
}

TEST(PartHead, RefusesNestedForms) {
  http::Fields fields = disposition("form-data; name=files");
  fields.add("Content-Type", "Multipart/Mixed; boundary=c");
  EXPECT_TRUE(is_refused(fields));
}

TEST(PartHead, RefusesCodedContent) {
  for (const std::string_view plain : {"7bit", "8BIT", "binary"}) {
    http::Fields fields = disposition("form-data; name=a");
    fields.add("Content-Transfer-Encoding", plain);
    EXPECT_TRUE(parse_part_head(fields.view())) << plain;
    fields.add("Content-Transfer-Encoding", "base64");
    EXPECT_TRUE(is_refused(fields));
  }
}

}  // namespace
}  // namespace mastic::wire::multipart
