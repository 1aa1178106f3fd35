#include "mastic/json/array_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mastic/json/json_document.h"

namespace mastic::json {
namespace {

using Found = ArraySplitter::Found;

struct Split {
  std::vector<std::string> elements;
  Found last = Found::NeedMore;
  std::string fault;
};

Split split(std::string_view text, std::size_t piece_size, std::size_t max_element_bytes = 100) {
  ArraySplitter splitter(max_element_bytes);
  Split done;
  for (std::size_t at = 0; at < text.size(); at += piece_size) {
    const std::string piece(text.substr(at, piece_size));  // so that stale views show
    std::string_view input = piece;
    while (true) {
      const Found found = splitter.next(input);
      if (found == Found::NeedMore) break;
      done.last = found;
      done.fault = splitter.fault();
      if (found == Found::Element) done.elements.emplace_back(splitter.element());
      if (found == Found::TooLarge || found == Found::Malformed) return done;
    }
  }
  EXPECT_EQ(splitter.count(), done.elements.size());
  EXPECT_EQ(splitter.has_ended(), done.last == Found::End);
  EXPECT_TRUE(!splitter.has_ended() || splitter.consumed() == text.size());
  return done;
}

TEST(ArraySplitter, FindsTheElementsHoweverTheTextIsCut) {
  const std::string text = R"( [1, "two, ] \" three\\" ,{"a":[1,{"b":"}"}]}, [] ,null ] )";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    const Split done = split(text, size);
    EXPECT_EQ(done.last, Found::End) << size;
    ASSERT_EQ(done.elements.size(), 5u) << size;
    EXPECT_EQ(done.elements[0], "1");
    EXPECT_EQ(done.elements[1], R"("two, ] \" three\\" )");
    EXPECT_EQ(done.elements[2], R"({"a":[1,{"b":"}"}]})");
    EXPECT_EQ(done.elements[3], "[] ");
    EXPECT_EQ(done.elements[4], "null ");
  }
}

TEST(ArraySplitter, FindsTheEndOfAnEmptyArray) {
  for (const std::string_view text : {"[]", " [ ] ", "[\n]\n"}) {
    EXPECT_EQ(split(text, 1).last, Found::End);
    EXPECT_EQ(split(text, 10).last, Found::End);
  }
}

TEST(ArraySplitter, RefusesWhatIsNoArray) {
  const std::pair<std::string_view, std::string_view> kRefused[] = {
      {"{}", "an array is expected"},
      {"\xef\xbb\xbf[]", "an array is expected"},
      {"1", "an array is expected"},
      {"[,1]", "an element is missing"},
      {"[1,,2]", "an element is missing"},
      {"[1,]", "an element is missing"},
      {"[1] 2", "something follows the array"},
      {"[]]", "something follows the array"}};
  for (const auto& [text, fault] : kRefused) {
    for (const std::size_t size : {std::size_t{1}, text.size()}) {
      const Split done = split(text, size);
      EXPECT_EQ(done.last, Found::Malformed) << text;
      EXPECT_EQ(done.fault, fault) << text;
    }
  }
  EXPECT_NE(split("[1,2", 1).last, Found::End) << "it is cut short";
}

TEST(ArraySplitter, LeavesNoElementThatIsNotJsonToItsParser) {
  for (const std::string_view text : {"[{]}]", "[[}]", "[}]", "[1 2]", "[\"a]", "[tru]", "[[1]"}) {
    const Split done = split(text, 3);
    bool is_refused = done.last != Found::End;
    for (const std::string& element : done.elements) is_refused |= !JsonDocument::parse(element);
    EXPECT_TRUE(is_refused) << text;
  }
}

TEST(ArraySplitter, LimitsTheSizeOfAnElement) {
  EXPECT_EQ(split("[12345,1]", 3, 5).last, Found::End);
  EXPECT_EQ(split("[123456,1]", 3, 5).last, Found::TooLarge);
  EXPECT_EQ(split("[123456", 100, 5).last, Found::TooLarge);
  EXPECT_EQ(split("[" + std::string(1000, ' ') + "1]", 100, 5).last, Found::End)
      << "space before an element is not kept";
}

}  // namespace
}  // namespace mastic::json
