#include "mastic/base/options.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

enum class Speed { Slow, Fast };

struct Options {
  std::uint64_t max_bytes = 32 << 10;
  std::uint64_t loops = 2;
  Duration timeout = std::chrono::seconds(10);
  bool listing = false;
  std::string index = "index.html";
  std::vector<std::string> bind = {"127.0.0.1:8080"};
  Speed speed = Speed::Slow;

  void describe(OptionTable& table) {
    table.group("Limits");
    table.size("max_bytes", max_bytes, "All bytes.");
    table.count("loops", loops, "How many.");
    table.duration("timeout", timeout, "How long.");
    table.flag("listing", listing, "Whether.");
    table.text("index", index, "NAME", "Which.");
    table.list("bind", bind, "ADDRESS", "Where.");
    table.choice("speed", speed, "(slow|fast)", {{"slow", Speed::Slow}, {"fast", Speed::Fast}},
                 "How.");
  }
};

struct OptionTableTest : testing::Test {
  OptionTableTest() { options.describe(table); }
  Options options;
  OptionTable table;
};

TEST_F(OptionTableTest, SetsEveryKind) {
  for (const auto& [name, text] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"max_bytes", "1M"},
                                                                  {"loops", "7"},
                                                                  {"timeout", "250ms"},
                                                                  {"listing", "yes"},
                                                                  {"index", "home.html"},
                                                                  {"bind", ":1"},
                                                                  {"bind", ":2"},
                                                                  {"speed", "fast"}}) {
    EXPECT_TRUE(table.set(name, text)) << name;
  }
  EXPECT_EQ(options.max_bytes, 1u << 20);
  EXPECT_EQ(options.loops, 7u);
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(250));
  EXPECT_TRUE(options.listing);
  EXPECT_EQ(options.index, "home.html");
  EXPECT_EQ(options.bind, (std::vector<std::string>{":1", ":2"}));
  EXPECT_EQ(options.speed, Speed::Fast);
}

TEST_F(OptionTableTest, RemembersDefaultsAsText) {
  EXPECT_EQ(table.find("max_bytes")->default_text, "32K");
  EXPECT_EQ(table.find("timeout")->default_text, "10s");
  EXPECT_EQ(table.find("listing")->default_text, "off");
  EXPECT_EQ(table.find("speed")->default_text, "slow");
  EXPECT_EQ(table.find("bind")->default_text, "127.0.0.1:8080");
}

TEST_F(OptionTableTest, NamesTheOptionAndTheFault) {
  EXPECT_EQ(table.set("max_bytes", "12Q").error().message,
            "max_bytes: '12Q' is not a size; write a number of bytes such as 512, 64K or 1M");
  EXPECT_EQ(table.set("loops", "-1").error().message,
            "loops: '-1' is not a whole number from 0 on");
  EXPECT_EQ(table.set("speed", "fats").error().message, "speed: 'fats' is not one of slow, fast");
  EXPECT_EQ(table.set("listing", "maybe").error().message,
            "listing: 'maybe' is neither on nor off");
}

TEST_F(OptionTableTest, SuggestsTheNearestName) {
  EXPECT_EQ(table.set("max_byte", "1").error().message,
            "there is no option 'max_byte'; did you mean 'max_bytes'?");
  EXPECT_EQ(table.set("zzzzzz", "1").error().message, "there is no option 'zzzzzz'");
}

struct Sources {
  std::string root = "public";
  std::string password;
  std::vector<std::string> bind = {":80"};
  std::vector<OptionEntry> places;
  std::string other = "x";

  void describe(OptionTable& table) {
    table.path("root", root, "DIR", "Where.");
    table.secret("password", password, "TEXT", "Which.");
    table.list("bind", bind, "ADDRESS", "Where.");
    table.entries(
        "/PATH", places, "APP", [](std::string_view name) { return name[0] == '/'; }, "What.");
    table.text("/other", other, "NAME", "Which.");
  }
};

struct OptionSourcesTest : testing::Test {
  OptionSourcesTest() { options.describe(table); }
  Sources options;
  OptionTable table;
};

TEST_F(OptionSourcesTest, PathsAreRelativeToTheFileThatNamesThem) {
  ASSERT_TRUE(table.set("root", "html", {"etc/site.ini", 3}));
  EXPECT_EQ(options.root, "etc/html");
  ASSERT_TRUE(table.set("root", "html", {"site.ini", 3}));
  EXPECT_EQ(options.root, "html");
  ASSERT_TRUE(table.set("root", "/srv", {"/etc/site.ini", 3}));
  EXPECT_EQ(options.root, "/srv");
  ASSERT_TRUE(table.set("root", "html", {"the command line"}));
  EXPECT_EQ(options.root, "html");
  for (const char* const stays : {"", "-"}) {
    ASSERT_TRUE(table.set("root", stays, {"/etc/site.ini", 3}));
    EXPECT_EQ(options.root, stays);
  }
}

TEST_F(OptionSourcesTest, KeepsEntriesInTheirOrder) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"/b", "one"}, {"/a", "two"}, {"/other", "mine"}, {"/b", "three"}}) {
    ASSERT_TRUE(table.set(key, value, {"site.ini", 7}));
  }
  ASSERT_EQ(options.places.size(), 2u);
  EXPECT_EQ(options.places[0].key, "/b");
  EXPECT_EQ(options.places[0].value, "three");
  EXPECT_EQ(options.places[1].key, "/a");
  EXPECT_EQ(options.places[1].origin.to_string(), "site.ini:7");
  EXPECT_EQ(options.other, "mine");
  EXPECT_EQ(table.set("c", "x").error().message,
            "there is no option 'c'; other settings here are written '/PATH = APP'");
}

TEST_F(OptionSourcesTest, RemembersWhatEachOptionWasSetToAndWhere) {
  EXPECT_TRUE(table.find("root")->given.empty());
  ASSERT_TRUE(table.set("root", "a", {"site.ini", 3}));
  ASSERT_TRUE(table.set("root", "b", {"the command line"}));
  ASSERT_EQ(table.find("root")->given.size(), 1u);
  EXPECT_EQ(table.find("root")->given[0].text, "b");
  EXPECT_EQ(table.find("root")->given[0].origin.to_string(), "the command line");
}

TEST_F(OptionSourcesTest, AListFromAnotherPlaceReplacesTheOneBefore) {
  for (const char* const text : {":1", ":2"}) {
    ASSERT_TRUE(table.set("bind", text, {"site.ini", 4}));
  }
  EXPECT_EQ(options.bind, (std::vector<std::string>{":1", ":2"}));
  for (const char* const text : {":3", ":4"}) {
    ASSERT_TRUE(table.set("bind", text, {"the command line"}));
  }
  EXPECT_EQ(options.bind, (std::vector<std::string>{":3", ":4"}));
  EXPECT_EQ(table.find("bind")->given.size(), 2u);
}

TEST_F(OptionSourcesTest, MarksWhatMustNotBeShown) {
  ASSERT_TRUE(table.set("password", "xyzzy"));
  EXPECT_EQ(options.password, "xyzzy");
  EXPECT_TRUE(table.find("password")->is_secret);
  EXPECT_EQ(table.find("password")->default_text, "");
}

TEST(OptionNumbers, AreWholeNumbersOrHaveDecimals) {
  std::int64_t offset = -2;
  double share = 0.25;
  OptionTable table;
  table.integer("offset", offset, "How far.");
  table.real("share", share, "How much.");
  EXPECT_EQ(table.find("offset")->default_text, "-2");
  EXPECT_EQ(table.find("share")->default_text, "0.25");
  EXPECT_TRUE(table.set("offset", "-40"));
  EXPECT_TRUE(table.set("share", "1e-3"));
  EXPECT_EQ(offset, -40);
  EXPECT_EQ(share, 1e-3);
  EXPECT_EQ(table.set("offset", "1.5").error().message, "offset: '1.5' is not a whole number");
  for (const char* const wrong : {"", "1,5", "inf", "nan", "1e999", "2 "}) {
    EXPECT_EQ(
        table.set("share", wrong).error().message,
        "share: '" + std::string(wrong) + "' is not a number; write one such as 12, 0.25 or 1e-3");
  }
  EXPECT_EQ(share, 1e-3);
}

TEST_F(OptionTableTest, TakesTheWordsOfOtherServersForOnAndOff) {
  for (const char* const on : {"true", "Yes", "ON", "y", "t", "1"}) {
    options.listing = false;
    EXPECT_TRUE(table.set("listing", on));
    EXPECT_TRUE(options.listing) << on;
  }
  for (const char* const off : {"False", "no", "off", "n", "f", "0"}) {
    EXPECT_TRUE(table.set("listing", off));
    EXPECT_FALSE(options.listing) << off;
  }
  EXPECT_FALSE(table.set("listing", ""));
}

TEST(OptionTable, ReadsAListOfValuesByAFunction) {
  std::vector<int> digits = {1};
  OptionTable lists;
  lists.values(
      "digits", "1", "DIGIT",
      [&](std::string_view text, bool begins) -> Result<void> {
        if (text.size() != 1) return fail("'", text, "' is not a digit");
        if (begins) digits.clear();
        digits.push_back(text[0] - '0');
        return {};
      },
      "Some digits.");
  EXPECT_EQ(lists.find("digits")->default_text, "1");
  EXPECT_EQ(lists.set("digits", "12").error().message, "digits: '12' is not a digit");
  EXPECT_TRUE(lists.set("digits", "7"));
  EXPECT_TRUE(lists.set("digits", "8"));
  EXPECT_EQ(digits, (std::vector<int>{7, 8}));
}

TEST_F(OptionTableTest, OnlyAFileMaySetWhatIsIgnored) {
  table.ignore("daemon_threads", "threads never keep the program from ending");
  EXPECT_EQ(table.why_ignored("daemon_threads"), "threads never keep the program from ending");
  EXPECT_EQ(table.why_ignored("listing"), std::nullopt);
  EXPECT_EQ(table.set("daemon_threads", "on").error().message,
            "there is no option 'daemon_threads'");
}

}  // namespace
}  // namespace mastic::base
