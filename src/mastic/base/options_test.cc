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
  EXPECT_EQ(table.set("loops", "-1").error().message, "loops: '-1' is not a whole number");
  EXPECT_EQ(table.set("speed", "fats").error().message, "speed: 'fats' is not one of slow, fast");
  EXPECT_EQ(table.set("listing", "maybe").error().message,
            "listing: 'maybe' is neither on nor off");
}

TEST_F(OptionTableTest, SuggestsTheNearestName) {
  EXPECT_EQ(table.set("max_byte", "1").error().message,
            "there is no option 'max_byte'; did you mean 'max_bytes'?");
  EXPECT_EQ(table.set("zzzzzz", "1").error().message, "there is no option 'zzzzzz'");
}

}  // namespace
}  // namespace mastic::base
