#include "mastic/wire/multipart/multipart_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <string>
#include <vector>

#include "mastic/wire/multipart/boundary.h"

namespace mastic::wire::multipart {
namespace {

using Kind = Event::Kind;

/// What the parser says of `bytes`, fed in pieces of `piece_size`: each part as "name=content;", a
/// file as "name(file name)=content;", then "end". Or the reason why the form is refused.
std::string read_form(std::string_view bytes, std::size_t piece_size, const Limits& limits = {},
                      std::string_view boundary = "b") {
  MultipartParser parser(boundary, limits);
  std::string meaning;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const auto event = parser.next(input);
      if (!event) {
        return std::to_string(static_cast<int>(event.error().status)) + " " +
               std::string(event.error().reason);
      }
      if (event->kind == Kind::NeedMore) break;
      if (event->kind == Kind::Data) meaning += event->data;
      if (event->kind == Kind::PartEnd) meaning += ";";
      if (event->kind == Kind::End) meaning += "end";
      if (event->kind != Kind::PartBegin) continue;
      meaning += parser.part().name;
      if (parser.part().file_name) meaning += "(" + *parser.part().file_name + ")";
      meaning += "=";
    }
  }
  return parser.is_complete() ? meaning : meaning + " incomplete";
}

/// The meaning of `bytes`, which must be the same wherever they are cut.
std::string meaning_of(std::string_view bytes, const Limits& limits = {}) {
  const std::string whole = read_form(bytes, bytes.size(), limits);
  for (std::size_t size = 1; size < bytes.size() && size < 100; ++size) {
    EXPECT_EQ(read_form(bytes, size, limits), whole) << "in pieces of " << size;
  }
  return whole;
}

std::string text_part(std::string_view name, std::string_view content) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(content) + "\r\n";
}
std::string form_of(std::string_view content) { return text_part("a", content) + "--b--\r\n"; }

TEST(MultipartParser, ReadsFieldsAndFilesInTheirOrder) {
  EXPECT_EQ(meaning_of(text_part("title", "Two teas") +
                       "--b\r\nContent-Type: image/png\r\n"
                       "content-disposition: form-data; name=photo; filename=\"tea.png\"\r\n\r\n"
                       "\x89PNG\r\n\x1a\n\r\n--b--\r\n"),
            "title=Two teas;photo(tea.png)=\x89PNG\r\n\x1a\n;end");
}

TEST(MultipartParser, TellsTheTypeOfAPart) {
  MultipartParser parser("b", {});
  std::string_view input =
      "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/csv\r\n\r\n";
  EXPECT_EQ(parser.next(input)->kind, Kind::PartBegin);
  EXPECT_EQ(parser.part().media_type, "text/csv");
}

TEST(MultipartParser, ReadsFormsAndPartsWithoutContent) {
  EXPECT_EQ(meaning_of("--b--"), "end");
  EXPECT_EQ(meaning_of("--b--\r\n"), "end");
  EXPECT_EQ(meaning_of(form_of("")), "a=;end");
  EXPECT_EQ(meaning_of("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--"), "a=;end");
}

TEST(MultipartParser, TakesLookAlikesOfTheBoundaryForContent) {
  for (const std::string content :
       {"\r", "\r\n", "\r\n-", "\r\n--", "\r\r\n--c", "\r\n--bb", "\r\n--b-", "\r\n--b -",
        "\r\n--b\r", "\r\n--b\rx", "\r\n--b\r\r\n--", "--b", "x--b--", "\n--b\r\n", "\r\n--B\r\n",
        "\r\n--b\r\r", "\r\n--b\t\r\n", "\r\n--b-\r\n--b\r"}) {
    EXPECT_EQ(meaning_of(form_of("<" + content + ">")), "a=<" + content + ">;end");
    if (content.starts_with("--b")) continue;  // at the start it would be the boundary
    EXPECT_EQ(meaning_of(form_of(content)), "a=" + content + ";end") << content;
  }
}

TEST(MultipartParser, ReadsAnyContentInPiecesOfAnySize) {
  EXPECT_TRUE(rc::check([] {
    const auto letter = rc::gen::element('\r', '\n', '-', 'b', 'x');
    const auto content = *rc::gen::container<std::string>(letter);
    for (const std::string_view end : {"\r\n--b\r\n", "\r\n--b--", "\r\n--b\n"}) {
      RC_PRE(("\r\n" + content + "\r").find(end) == std::string::npos);
    }
    const auto piece_size = *rc::gen::inRange<std::size_t>(1, 20);
    RC_ASSERT(read_form(form_of(content), piece_size) == "a=" + content + ";end");
  }));
}

TEST(MultipartParser, NeedsLittleTimeForContentFullOfLineEndsAndLookAlikes) {
  const std::string boundary(70, 'b');
  for (const std::string_view unit :
       {"\r", "\r\n", "\r\n--", "\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}) {
    std::string form = "--" + boundary + "\r\nContent-Disposition: form-data; name=a\r\n\r\n";
    while (form.size() < 1 << 20) form += unit;
    const auto begun = std::chrono::steady_clock::now();
    (void)read_form(form, 4096, {}, boundary);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2)) << unit;
  }
}

TEST(MultipartParser, PassesLookAlikesOnInLargePieces) {
  std::string form = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n";
  for (int i = 0; i < 10'000; ++i) form += "\r\n--bx";
  MultipartParser parser("b", {});
  std::string_view input = form;
  int events = 0;
  while (parser.next(input)->kind != Kind::NeedMore) ++events;
  EXPECT_LE(events, 4);
}

TEST(MultipartParser, RefusesBareLineFeeds) {
  EXPECT_TRUE(
      meaning_of("--b\nContent-Disposition: form-data; name=a\n\nx\n--b--").starts_with("400"));
  EXPECT_TRUE(meaning_of("--b\r\nContent-Disposition: form-data; name=a\n\nx").starts_with("400"));
  EXPECT_TRUE(meaning_of(text_part("a", "x") + "--b\n").starts_with("400"));
}

TEST(MultipartParser, AllowsOneKibibyteBeforeTheFirstBoundaryAndAfterTheLast) {
  const std::string line(1000, 'x');
  EXPECT_EQ(meaning_of(line + "\r\n" + form_of("y") + line), "a=y;end");
  EXPECT_EQ(meaning_of(line + line + "\r\n" + form_of("y")),
            "400 The form does not begin with its boundary.");
  EXPECT_EQ(meaning_of(form_of("y") + line + line), "400 Something follows the end of the form.");
}

TEST(MultipartParser, SaysWhenTheFormIsIncomplete) {
  const std::string form = form_of("content");
  const std::size_t complete = form.find("--b--") + 5;
  for (std::size_t size = 0; size < complete; ++size) {
    EXPECT_TRUE(read_form(form.substr(0, size), 1000).ends_with(" incomplete")) << size;
  }
}

TEST(MultipartParser, HoldsItsLimits) {
  EXPECT_EQ(
      meaning_of(text_part("a", "1") + text_part("b", "2") + "--b--", {.max_multipart_parts = 2}),
      "a=1;b=2;end");
  EXPECT_EQ(
      meaning_of(text_part("a", "1") + text_part("b", "2") + "--b--", {.max_multipart_parts = 1}),
      "413 The form has too many parts.");
  EXPECT_EQ(meaning_of(form_of("12345"), {.max_part_bytes = 5}), "a=12345;end");
  EXPECT_EQ(meaning_of(form_of("123456"), {.max_part_bytes = 5}),
            "413 A part of the form is too large.");
  const std::string name(100, 'n');
  EXPECT_EQ(meaning_of(text_part(name, "1") + "--b--", {.max_part_header_bytes = 100}),
            "413 The head of a part of the form is too large.");
  std::string many = "--b\r\nContent-Disposition: form-data; name=a\r\n";
  for (int i = 0; i < 40; ++i) many += "X: y\r\n";
  EXPECT_EQ(meaning_of(many + "\r\n"), "413 The head of a part of the form is too large.");
}

TEST(MultipartParser, RefusesHeadsThatAreNotFields) {
  EXPECT_TRUE(meaning_of("--b\r\n\r\nx\r\n--b--").starts_with("400"));
  EXPECT_TRUE(meaning_of("--b\r\nno colon\r\n\r\nx").starts_with("400"));
  EXPECT_TRUE(meaning_of("--b\r\n--b--\r\n\r\n").starts_with("400"));
}

TEST(Boundary, IsOneToSeventyLegalCharacters) {
  EXPECT_EQ(*find_boundary("multipart/form-data; boundary=----WebKitFormBoundaryx7"),
            "----WebKitFormBoundaryx7");
  EXPECT_EQ(*find_boundary("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b'()+_,-./:=?c\""),
            "a b'()+_,-./:=?c");
  EXPECT_EQ(*find_boundary("multipart/form-data; boundary=" + std::string(70, 'x')),
            std::string(70, 'x'));
  for (const std::string& wrong :
       {std::string(""), std::string("; boundary"), std::string("; boundary="),
        std::string("; boundary=\"\""), "; boundary=" + std::string(71, 'x'),
        std::string("; boundary=\"a \""), std::string("; boundary=\"a@\""),
        std::string("; boundary=a; boundary=b"), std::string("; boundary=\"a"),
        std::string("; boundary=a b"), std::string("; boundary = a"),
        std::string("; boundary=a; boundary=a")}) {
    const auto boundary = find_boundary("multipart/form-data" + wrong);
    ASSERT_FALSE(boundary) << wrong;
    EXPECT_EQ(boundary.error().status, http::Status::BadRequest);
  }
}

/// RFC 9110 §5.6.6 allows empty parameters, and some clients send one at the end.
TEST(Boundary, MayStandAmongEmptyParameters) {
  for (const std::string_view parameters : {"; boundary=b;", "; boundary=b; ", ";boundary=b ;",
                                            ";;boundary=b", "; ; boundary=\"b\" ; ;"}) {
    const auto boundary = find_boundary("multipart/form-data" + std::string(parameters));
    ASSERT_TRUE(boundary) << parameters;
    EXPECT_EQ(*boundary, "b") << parameters;
  }
  EXPECT_FALSE(find_boundary("multipart/form-data; boundary=b; boundary=c;"));
  EXPECT_FALSE(find_boundary("multipart/form-data;;"));
}

TEST(Boundary, BelongsToFormsOnly) {
  for (const std::string_view type :
       {"", "multipart/mixed; boundary=a", "text/plain", "application/x-www-form-urlencoded"}) {
    EXPECT_EQ(find_boundary(type).error().status, http::Status::UnsupportedMediaType);
  }
}

}  // namespace
}  // namespace mastic::wire::multipart
