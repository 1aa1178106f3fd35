#include "mastic/http/file_name.h"

#include <gtest/gtest.h>

namespace mastic::http {
namespace {

TEST(SafeFileName, IsTheLastPartOfAPath) {
  EXPECT_EQ(safe_file_name("tea.png"), "tea.png");
  EXPECT_EQ(safe_file_name("/etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\Users\\ada\\tea.png"), "tea.png");
  EXPECT_EQ(safe_file_name("../..\\x/../tea.png"), "tea.png");
}

TEST(SafeFileName, IsEmptyWhereNoNameIsLeft) {
  for (const std::string_view sent : {"", ".", "..", "a/", "a\\", "../..", " .. ", "a/\x01.\n"}) {
    EXPECT_EQ(safe_file_name(sent), "") << sent;
  }
  EXPECT_EQ(safe_file_name("..."), "...");
}

TEST(SafeFileName, HasNoCharacterThatIsObeyedRatherThanShown) {
  EXPECT_EQ(safe_file_name("a\r\nb\tc\x7f\xc2\x85.txt"), "abc.txt");
  EXPECT_EQ(safe_file_name(std::string_view("a\0b.php\0.png", 12)), "ab.php.png");
  EXPECT_EQ(safe_file_name("ann\u202egpj.exe"), "anngpj.exe");
  EXPECT_EQ(safe_file_name("a\u2066b\u2069c\u200fd"), "abcd");
}

TEST(SafeFileName, HasNoCharacterThatIsNotSeen) {
  for (const std::string_view hidden :
       {"\u00ad",     "\u061c",     "\u180e",     "\u200b",     "\u200c",     "\u200d",    "\u200e",
        "\u2060",     "\u2064",     "\u206a",     "\u206f",     "\ufeff",     "\ufff9",    "\ufffb",
        "\U00013430", "\U0001bca0", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e007f"}) {
    const std::string sent = "inv" + std::string(hidden) + "oice.pdf" + std::string(hidden);
    EXPECT_EQ(safe_file_name(sent), "invoice.pdf") << sent;
  }
  EXPECT_EQ(safe_file_name("\ufeff.\u200b."), "");
}

TEST(SafeFileName, KeepsFormatCharactersThatAreSeen) {
  for (const std::string_view seen : {"\u0600", "\u06dd", "\u070f", "\u08e2", "\U000110bd"}) {
    EXPECT_EQ(safe_file_name(seen), seen);
  }
}

TEST(SafeFileName, KeepsLettersOfAllLanguages) {
  EXPECT_EQ(safe_file_name("\u8336 J\u00f6rg.txt"), "\u8336 J\u00f6rg.txt");
  EXPECT_EQ(safe_file_name("J\xf6rg.txt"), "Jrg.txt") << "not UTF-8";
}

TEST(SafeFileName, HasAtMost255BytesOfWholeCharacters) {
  EXPECT_EQ(safe_file_name(std::string(300, 'x')), std::string(255, 'x'));
  std::string tea;
  for (int i = 0; i < 100; ++i) tea += "\u8336";
  EXPECT_EQ(safe_file_name("x" + tea), "x" + tea.substr(0, 252));
}

}  // namespace
}  // namespace mastic::http
