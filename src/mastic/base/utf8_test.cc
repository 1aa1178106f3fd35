#include "mastic/base/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "mastic/base/encoding.h"

namespace mastic::base {
namespace {

/// Whether `text` is UTF-8, read in the plainest way.
bool is_utf8_plainly(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// Expects that every way to check `text` finds the same.
void expect_utf8(std::string_view text, bool is_valid) {
  EXPECT_EQ(is_utf8_plainly(text), is_valid) << testing::PrintToString(text);
  EXPECT_EQ(is_utf8(text), is_valid) << testing::PrintToString(text);
  EXPECT_EQ(detail::is_utf8_by_characters(text), is_valid) << testing::PrintToString(text);
  if (detail::can_check_blocks()) {
    EXPECT_EQ(detail::is_utf8_by_blocks(text), is_valid) << testing::PrintToString(text);
  }
}

const std::vector<std::string> kCharacters{"a",          "\x7f",       "\u0080",         "\u07ff",
                                           "\u0800",     "\ud7ff",     "\ue000",         "\uffff",
                                           "\U00010000", "\U0010ffff", std::string(1, 0)};
const std::vector<std::string> kNoCharacters{"\x80",
                                             "\xbf",
                                             "\xc0\x80",
                                             "\xc1\xbf",
                                             "\xc2",
                                             "\xc2\x41",
                                             "\xe0\x9f\xbf",
                                             "\xe1\x80",
                                             "\xe1\x80\x41",
                                             "\xed\xa0\x80",
                                             "\xed\xbf\xbf",
                                             "\xf0\x8f\xbf\xbf",
                                             "\xf1\x80\x80",
                                             "\xf1\x80\x80\x41",
                                             "\xf4\x90\x80\x80",
                                             "\xf5\x80\x80\x80",
                                             "\xf8\x88\x80\x80\x80",
                                             "\xfe",
                                             "\xff",
                                             "\xc2\x80\x80",
                                             "\xe1\x80\x80\x80",
                                             "\xf1\x80\x80\x80\x80",
                                             "\xe1\xe1\x80\x80"};

TEST(Utf8, KnowsTheFirstAndLastCharactersOfEachLengthAtEveryPlaceOfABlock) {
  for (std::size_t before = 0; before < 130; ++before) {
    for (const std::string_view after : {"", "b", "\u00e9", "0123456789abcdef"}) {
      for (const auto& character : kCharacters) {
        expect_utf8(std::string(before, 'a').append(character).append(after), true);
      }
      for (const auto& bytes : kNoCharacters) {
        expect_utf8(std::string(before, 'a').append(bytes).append(after), false);
      }
    }
  }
}

TEST(Utf8, TakesExactlyThePairsOfBytesThatCanFollowEachOther) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      for (const std::string_view rest : {"", "\x80", "\x80\x80", "a"}) {
        const std::string text =
            std::string{static_cast<char>(first), static_cast<char>(second)}.append(rest);
        expect_utf8(text, is_utf8_plainly(text));
      }
    }
  }
}

/// The number of bytes after which the checker fails when it is fed in pieces of `step` bytes, or
/// -1 if it does not.
int failing_place(std::string_view text, std::size_t step) {
  Utf8Checker checker;
  for (std::size_t at = 0; at < text.size(); at += step) {
    if (!checker.feed(text.substr(at, step))) return static_cast<int>(at + step);
  }
  return -1;
}

TEST(Utf8Checker, FailsAtTheFirstByteThatCannotBePartOfText) {
  EXPECT_EQ(failing_place("ab\xc0", 1), 3);
  EXPECT_EQ(failing_place("\xe0\x9f", 1), 2);
  EXPECT_EQ(failing_place("\xed\xa0", 1), 2);
  EXPECT_EQ(failing_place("\xf0\x8f", 1), 2);
  EXPECT_EQ(failing_place("\xf4\x90", 1), 2);
  EXPECT_EQ(failing_place("\xf5", 1), 1);
  EXPECT_EQ(failing_place("\xf4\x8f\x41", 1), 3);
  EXPECT_EQ(failing_place("\xf4\x8f\xbf\x41", 1), 4);
  EXPECT_EQ(failing_place("a\xed\xa0", 3), 3);  // also in one piece
  EXPECT_EQ(failing_place("a\xf4\x90", 3), 3);
}

TEST(Utf8Checker, IsCompleteBetweenCharacters) {
  Utf8Checker checker;
  EXPECT_TRUE(checker.is_complete());
  EXPECT_TRUE(checker.feed("a\xf0\x9f"));
  EXPECT_FALSE(checker.is_complete());
  EXPECT_TRUE(checker.feed(""));
  EXPECT_TRUE(checker.feed("\x98"));
  EXPECT_FALSE(checker.is_complete());
  EXPECT_TRUE(checker.feed("\x80z"));
  EXPECT_TRUE(checker.is_complete());
}

/// Text that is mostly UTF-8, of pieces that are and some that are not.
rc::Gen<std::string> almost_text() {
  const auto piece = rc::gen::weightedOneOf<std::string>(
      {{30, rc::gen::elementOf(kCharacters)},
       {5, rc::gen::map(rc::gen::inRange<std::size_t>(0, 80),
                        [](auto n) { return std::string(n, 'x'); })},
       {1, rc::gen::elementOf(kNoCharacters)}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string text;
    for (const auto& one : pieces) text += one;
    return text;
  });
}

TEST(Utf8Checker, FindsTheSameWhereverTheTextIsCut) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = *almost_text();
    const std::size_t step = *rc::gen::inRange<std::size_t>(1, 70);
    const bool is_valid = is_utf8_plainly(text);
    RC_ASSERT(is_utf8(text) == is_valid);
    RC_ASSERT(detail::is_utf8_by_characters(text) == is_valid);
    Utf8Checker checker;
    bool holds = true;
    for (std::size_t at = 0; holds && at < text.size(); at += step) {
      holds = checker.feed(text.substr(at, step));
    }
    RC_ASSERT((holds && checker.is_complete()) == is_valid);
  }));
}

}  // namespace
}  // namespace mastic::base
