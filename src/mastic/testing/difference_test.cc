#include "mastic/testing/difference.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::testing {
namespace {

TEST(Difference, OfTheSameTextIsEmpty) {
  EXPECT_EQ(difference("", ""), "");
  EXPECT_EQ(difference("a\nb\n", "a\nb\n"), "");
}

TEST(Difference, ShowsAChangedLineWithTheTwoLinesAround) {
  EXPECT_EQ(difference("1\n2\n3\nfour\n5\n6\n7\n", "1\n2\n3\n4\n5\n6\n7\n"),
            "     2   2\n"
            "     3   3\n"
            "-    4   four\n"
            "+    4   4\n"
            "     5   5\n"
            "     6   6\n");
}

TEST(Difference, ShowsWhatWasAddedAndWhatIsMissing) {
  EXPECT_EQ(difference("a\nb\n", "a\nnew\nb\n"), "     1   a\n+    2   new\n     3   b\n");
  EXPECT_EQ(difference("a\nold\nb\n", "a\nb\n"), "     1   a\n-    2   old\n     2   b\n");
  EXPECT_EQ(difference("", "a\n"), "+    1   a\n");
  EXPECT_EQ(difference("a\n", ""), "-    1   a\n");
}

TEST(Difference, LeavesOutTheLinesBetweenTwoChanges) {
  EXPECT_EQ(difference("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n"),
            "-    1   a\n"
            "+    1   A\n"
            "     2   1\n"
            "     3   2\n"
            "   ...\n"
            "     6   5\n"
            "     7   6\n"
            "-    8   b\n"
            "+    8   B\n");
}

TEST(Difference, ShowsWhatCannotBeSeen) {
  EXPECT_EQ(difference("a \n", "a\t\n"), "-    1   a\\x20\n+    1   a\\t\n");
  EXPECT_EQ(difference("a\r\n", "a\n"), "-    1   a\\r\n+    1   a\n");
  EXPECT_EQ(difference("a\n", "a"), "-    1   a\n+    1   a   (without a line feed)\n");
  EXPECT_EQ(difference("\x1b[1m\n", "\xff\n"), "-    1   \\x1B[1m\n+    1   \\xFF\n");
}

TEST(Difference, OfTwoLongTextsShowsTheBeginning) {
  std::string a;
  std::string b;
  for (int i = 0; i < 3000; ++i) {
    a += "a" + std::to_string(i) + "\n";
    b += "b" + std::to_string(i) + "\n";
  }
  const std::string shown = difference(a, b);
  EXPECT_TRUE(shown.starts_with("-    1   a0\n-    2   a1\n")) << shown.substr(0, 200);
  EXPECT_TRUE(shown.ends_with("-  199   a198\n-  200   a199\n   ... and more\n"));
}

}  // namespace
}  // namespace mastic::testing
