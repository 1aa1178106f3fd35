#include "mastic/deploy/ini_file.h"

#include <gtest/gtest.h>

namespace mastic::deploy {
namespace {

TEST(IniFile, FindsEntriesAndSectionsHoweverManyThereAre) {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += "[s" + std::to_string(i) + "]\n";
    for (int j = 0; j < i; ++j) text += "e" + std::to_string(j) + " = " + std::to_string(j) + "\n";
  }
  Diagnostics diagnostics;
  const IniFile file = IniFile::parse(text, "site.ini", diagnostics);
  for (int i = 0; i < 50; ++i) {
    const IniSection* const section = file.find("s" + std::to_string(i));
    ASSERT_NE(section, nullptr);
    for (int j = 0; j < i; ++j) {
      ASSERT_NE(section->find("e" + std::to_string(j)), nullptr);
      ASSERT_EQ(section->find("e" + std::to_string(j))->value, std::to_string(j));
    }
    ASSERT_EQ(section->find("e" + std::to_string(i)), nullptr);
  }
  EXPECT_EQ(file.find("s50"), nullptr);
}

/// What a text means: "[section]", and "name=value@line" for each entry.
std::string read_ini(std::string_view text, Diagnostics& diagnostics) {
  const IniFile file = IniFile::parse(text, "x.ini", diagnostics);
  std::string out;
  const auto add = [&](const IniSection& section) {
    out += "[" + section.name + "]";
    for (const IniEntry& entry : section.entries) {
      out += " " + entry.name + "=" + entry.value + "@" + std::to_string(entry.line);
    }
  };
  if (!file.defaults().entries.empty()) add(file.defaults());
  for (const IniSection& section : file.sections()) add(section);
  return out;
}

std::string read_ini(std::string_view text) {
  Diagnostics diagnostics;
  const std::string out = read_ini(text, diagnostics);
  return out + diagnostics.to_string();
}

TEST(IniFile, EndsLinesAtEachCarriageReturnAndLineFeed) {
  EXPECT_EQ(read_ini("[a]\r\nb = 1\rc = 2\n\r\n three"), "[a] b=1@2 c=2\n\nthree@3");
}

TEST(IniFile, SeesTheWhiteSpaceOfUnicode) {
  EXPECT_EQ(read_ini("[a]\n\u3000b\u00a0=\u20031\u2028\n\u3000\u30002"), "[a] b=1\n2@2");
  EXPECT_EQ(read_ini("[a]\nb = \u200b1"), "[a] b=\u200b1@2") << "U+200B is no white space";
}

TEST(IniFile, RefusesAByteOrderMark) {
  EXPECT_EQ(
      read_ini("\xef\xbb\xbf[a]\nb = 1"),
      "[a] b=1@2x.ini:1: error: the file begins with a byte order mark, which Python does not "
      "accept either; save it as UTF-8 without one\n");
}

TEST(IniFile, EndsAtTheFirstLineThatIsNoText) {
  EXPECT_EQ(read_ini(std::string_view("[a]\nb = 1\n\0\n= 2\n", 16)),
            "[a] b=1@2x.ini:3: error: this line has a NUL byte; the file is not a text\n");
  EXPECT_EQ(read_ini("[a]\nb = 1\nc = \xff\n= 2\n"),
            "[a] b=1@2x.ini:3: error: this line is not UTF-8\n");
}

TEST(IniFile, ReportsAllErrorsUpToTwenty) {
  EXPECT_EQ(
      read_ini("[a]\nb\n= 1\n[a]\n"),
      "[a]x.ini:2: error: this line is no setting, which is written NAME = VALUE; a line that "
      "continues a value is indented more than the first line of the value\n"
      "x.ini:3: error: this setting has no name, which stands before the = or :\n"
      "x.ini:4: error: there is a section [a] in line 1 already\n");
  std::string text = "[a]\n";
  for (int i = 0; i < 100; ++i) text += "word\n";
  Diagnostics diagnostics;
  EXPECT_EQ(read_ini(text, diagnostics), "[a]");
  EXPECT_EQ(diagnostics.sorted().size(), 21u);
  EXPECT_NE(diagnostics.to_string().find("the rest of the file was not read"), std::string::npos);
}

TEST(IniFile, LimitsTheSettingsOfASection) {
  std::string text = "[a]\n";
  for (int i = 0; i <= 10'000; ++i) text += "b" + std::to_string(i) + " = 1\n";
  Diagnostics diagnostics;
  read_ini(text, diagnostics);
  EXPECT_EQ(
      diagnostics.to_string(),
      "x.ini:10002: error: this section has more than 10000 settings, which is the most that a "
      "section may have\n");
}

TEST(IniFile, FindsSectionsByTypeAndName) {
  Diagnostics diagnostics;
  const IniFile file = IniFile::parse("[app: main ]\n[app:main]\n[app]", "x.ini", diagnostics);
  EXPECT_EQ(file.find("app", "main").size(), 2u);
  EXPECT_TRUE(file.find("app", " main").empty()) << "names are not trimmed where they are used";
  EXPECT_EQ(file.find("app")->line, 3u);
  EXPECT_EQ(file.find("filter"), nullptr);
}

}  // namespace
}  // namespace mastic::deploy
