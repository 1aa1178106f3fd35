#include "mastic/deploy/set_options.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mastic::deploy {
namespace {

struct Shelf {
  std::uint64_t teas = 3;
  std::vector<std::string> kinds = {"green"};
  void describe(base::OptionTable& table) {
    table.count("teas", teas, "How many.");
    table.list("kinds", kinds, "KIND", "Which.");
  }
};

struct SetOptionsTest : testing::Test {
  SetOptionsTest() { shelf.describe(table); }
  bool set(std::string name, std::string value) {
    Settings settings;
    settings.set({std::move(name), std::move(value), {"site.ini", 7}});
    return set_options(settings, table, diagnostics);
  }
  Shelf shelf;
  base::OptionTable table;
  Diagnostics diagnostics;
};

TEST_F(SetOptionsTest, TakesAListFromOneLine) {
  EXPECT_TRUE(set("kinds", "black white"));
  EXPECT_EQ(shelf.kinds, (std::vector<std::string>{"black", "white"}));
}

TEST_F(SetOptionsTest, TakesAListFromSeveralLines) {
  EXPECT_TRUE(set("kinds", "\nblack\n\twhite \n"));
  EXPECT_EQ(shelf.kinds, (std::vector<std::string>{"black", "white"}));
}

TEST_F(SetOptionsTest, ReportsWhatIsWrongWithItsLine) {
  EXPECT_FALSE(set("teas", "many"));
  EXPECT_FALSE(set("kind", "black"));
  EXPECT_EQ(diagnostics.to_string(),
            "site.ini:7: error: teas: 'many' is not a whole number from 0 on\n"
            "site.ini:7: error: there is no option 'kind'; did you mean 'kinds'?\n");
  EXPECT_EQ(shelf.teas, 3u);
}

TEST_F(SetOptionsTest, SaysWhatBecomesOfTheNamesOfOtherPrograms) {
  table.alias("cups", "teas");
  table.ignore("sugar", "teas are served without");
  EXPECT_TRUE(set("cups", "4"));
  EXPECT_TRUE(set("sugar", "much"));
  EXPECT_EQ(shelf.teas, 4u);
  EXPECT_EQ(diagnostics.to_string(),
            "site.ini:7: note: cups is another name for teas\n"
            "site.ini:7: warning: sugar has no effect: teas are served without\n");
}

TEST(SetOptions, LimitsTheValuesOfAList) {
  std::vector<std::string> names;
  base::OptionTable table;
  table.list("name", names, "NAME", "Names.");
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "x ";
  Settings settings;
  settings.set({"name", many, {}});
  Diagnostics diagnostics;
  EXPECT_TRUE(set_options(settings, table, diagnostics)) << diagnostics.to_string();
  EXPECT_EQ(names.size(), 1'000u);
  settings.set({"name", many + "x", {}});
  EXPECT_FALSE(set_options(settings, table, diagnostics));
  EXPECT_EQ(diagnostics.to_string(),
            "error: name: has more than 1000 values, which is the most that it may have\n");
}

TEST(Settings, FindsTheSameHoweverManyThereAre) {
  Settings settings;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("name" + std::to_string(i));
    settings.set({names.back(), "old", {}});
    settings.set({names[names.size() / 2], std::to_string(i), {}});
    for (const std::string& name : names) ASSERT_NE(settings.find(name), nullptr) << name;
    ASSERT_EQ(settings.get(names[names.size() / 2]), std::to_string(i));
    ASSERT_EQ(settings.find("name" + std::to_string(i + 1)), nullptr);
  }
  for (int i = 0; i < 100; i += 2) {
    ASSERT_TRUE(settings.take(names[static_cast<std::size_t>(i)]).has_value());
    ASSERT_EQ(settings.find(names[static_cast<std::size_t>(i)]), nullptr);
    ASSERT_EQ(settings.find(names[99])->name, "name99");
  }
  EXPECT_EQ(settings.begin()->name, "name1");
  EXPECT_EQ(std::distance(settings.begin(), settings.end()), 50);
}

}  // namespace
}  // namespace mastic::deploy
