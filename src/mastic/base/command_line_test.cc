#include "mastic/base/command_line.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

struct CommandLineTest : testing::Test {
  CommandLineTest() {
    table.group("Serving");
    table.size("max_bytes", max_bytes, "All bytes of a request together, however they are framed.");
    table.flag("listing", listing, "List directories.");
    table.list("bind", bind, "ADDRESS", "Where to listen.");
  }
  Result<std::vector<std::string_view>> parse(std::vector<const char*> words) {
    return parse_command_line(words, table);
  }
  std::uint64_t max_bytes = 1 << 20;
  bool listing = false;
  std::vector<std::string> bind = {"127.0.0.1:8080"};
  OptionTable table;
};

TEST_F(CommandLineTest, TakesOptionsInAllFormsAndReturnsTheRest) {
  const auto others =
      parse({"--max-bytes", "2M", "site", "--listing", "--bind=:1", "--bind", ":2"});
  ASSERT_TRUE(others) << others.error().message;
  EXPECT_EQ(*others, std::vector<std::string_view>{"site"});
  EXPECT_EQ(max_bytes, 2u << 20);
  EXPECT_TRUE(listing);
  EXPECT_EQ(bind, (std::vector<std::string>{":1", ":2"}));
}

TEST_F(CommandLineTest, AnAliasOfOneLetterIsAShortOption) {
  table.alias("l", "listing");
  table.alias("b", "bind");
  const auto others = parse({"-l", "-b", ":1", "-"});
  ASSERT_TRUE(others) << others.error().message;
  EXPECT_TRUE(listing);
  EXPECT_EQ(bind, std::vector<std::string>{":1"});
  EXPECT_EQ(*others, std::vector<std::string_view>{"-"});
  EXPECT_FALSE(parse({"-x"}));
  EXPECT_FALSE(parse({"-bl"}));
}

TEST_F(CommandLineTest, AFlagIsSwitchedOffAfterAnEqualsSign) {
  listing = true;
  ASSERT_TRUE(parse({"--listing=off"}));
  EXPECT_FALSE(listing);
}

TEST_F(CommandLineTest, TakesNoWordForAnOptionAfterTwoDashes) {
  EXPECT_EQ(*parse({"--", "--listing", "-x"}), (std::vector<std::string_view>{"--listing", "-x"}));
  EXPECT_FALSE(listing);
}

TEST_F(CommandLineTest, SaysWhatIsWrong) {
  EXPECT_EQ(parse({"--max-byte", "1"}).error().message,
            "there is no option --max-byte; did you mean --max-bytes?");
  EXPECT_EQ(parse({"--quack"}).error().message, "there is no option --quack; --help lists them");
  EXPECT_EQ(parse({"----------"}).error().message,
            "there is no option ----------; --help lists them");
  table.ignore("user_name", "the service manager chooses the user");
  EXPECT_EQ(parse({"--user-name", "www"}).error().message,
            "there is no option --user-name; the service manager chooses the user");
  EXPECT_EQ(parse({"-l"}).error().message, "there is no option -l; --help lists them");
  EXPECT_EQ(parse({"--max-bytes"}).error().message, "--max-bytes needs a value: --max-bytes SIZE");
  EXPECT_EQ(parse({"--max-bytes", "x"}).error().message,
            "--max-bytes: 'x' is not a size; write a number of bytes such as 512, 64K or 1M");
}

TEST_F(CommandLineTest, DescribesOptionsForPeople) {
  EXPECT_EQ(describe_options(table),
            "Serving:\n"
            "  --max-bytes SIZE  [1M]\n"
            "      All bytes of a request together, however they are framed.\n"
            "  --listing\n"
            "      List directories.\n"
            "  --bind ADDRESS  [127.0.0.1:8080]\n"
            "      Where to listen.\n");
}

TEST_F(CommandLineTest, IsReadBeforeItsOptionsAreSet) {
  const char* const words[] = {"--bind=:1", "--max-bytes", "x", "site", "--bind=:2"};
  const auto line = read_command_line(words, table);
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->others, std::vector<std::string_view>{"site"});
  EXPECT_EQ(bind, std::vector<std::string>{"127.0.0.1:8080"});
  ASSERT_TRUE(line->set("bind"));
  EXPECT_EQ(bind, (std::vector<std::string>{":1", ":2"}));
  EXPECT_EQ(line->set_all().error().message,
            "--max-bytes: 'x' is not a size; write a number of bytes such as 512, 64K or 1M");
}

TEST(CommandLine, LeavesTheEntriesOfATableToFiles) {
  std::vector<OptionEntry> places;
  OptionTable table;
  table.group("Places");
  table.entries(
      "/PATH", places, "APP", [](std::string_view name) { return name.starts_with('/'); },
      "What answers below a path.");
  const char* const words[] = {"--/docs=manual"};
  EXPECT_EQ(parse_command_line(words, table).error().message,
            "--/docs can be given only in a file: /docs = APP");
  EXPECT_EQ(describe_options(table),
            "Places:\n"
            "  /PATH = APP  (only in a file)\n"
            "      What answers below a path.\n");
}

TEST(CommandLine, ShowsNoDefaultOfASecret) {
  std::string password = "xyzzy";
  OptionTable table;
  table.group("Shop");
  table.secret("password", password, "TEXT", "What the database asks for.");
  EXPECT_EQ(describe_options(table),
            "Shop:\n"
            "  --password TEXT\n"
            "      What the database asks for.\n");
}

TEST(CommandLine, TurnsFlagsOffByTheirName) {
  bool on = true;
  std::string text;
  OptionTable table;
  table.flag("bright", on, "Light all lamps.");
  table.text("name", text, "NAME", "A name.");
  const char* const words[] = {"--no-bright"};
  ASSERT_TRUE(parse_command_line(words, table));
  EXPECT_FALSE(on);
  on = true;
  OptionTable again;
  again.flag("bright", on, "Light all lamps.");
  EXPECT_NE(describe_options(again).find("--[no-]bright  [on]\n"), std::string::npos);
  const char* const wrong[] = {"--no-name"};
  EXPECT_FALSE(parse_command_line(wrong, table));
}

}  // namespace
}  // namespace mastic::base
