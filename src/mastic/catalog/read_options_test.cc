#include "mastic/catalog/read_options.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mastic::catalog {
namespace {

struct ShopOptions {
  std::string database = "shop.db";
  std::string password;
  std::uint64_t shelves = 3;
  std::vector<std::string> peers = {"none"};
  std::vector<base::OptionEntry> places;

  void describe(base::OptionTable& table) {
    table.path("database", database, "FILE", "Where the teas are kept.");
    table.secret("password", password, "TEXT", "What the bank asks for.");
    table.count("shelves", shelves, "How many shelves there are.");
    table.list("peers", peers, "NAME", "Other shops.");
    table.entries(
        "/PATH", places, "TEXT", [](std::string_view name) { return name.starts_with('/'); },
        "What is said at a path.");
  }
};

struct ReadOptionsTest : testing::Test {
  std::string read(std::vector<std::string> environment) {
    OptionSources sources;
    sources.environment = std::move(environment);
    return read_options(options, sources).to_string();
  }
  ShopOptions options;
};

TEST_F(ReadOptionsTest, TakesOptionsFromTheEnvironment) {
  EXPECT_EQ(read({"PATH=/bin", "APP_DATABASE=teas.db", "APP_PASSWORD=a=b c", "APP_SHELVES=7",
                  "APP_PEERS=north south"}),
            "");
  EXPECT_EQ(options.database, "teas.db") << "relative to the working directory";
  EXPECT_EQ(options.password, "a=b c");
  EXPECT_EQ(options.shelves, 7u);
  EXPECT_EQ(options.peers, (std::vector<std::string>{"north", "south"}));
}

TEST_F(ReadOptionsTest, LeavesDefaultsWhereAVariableIsEmptyOrMissing) {
  EXPECT_EQ(read({"APP_DATABASE=", "APP_SHELVES=", "database=other.db"}), "");
  EXPECT_EQ(options.database, "shop.db");
  EXPECT_EQ(options.shelves, 3u);
}

TEST_F(ReadOptionsTest, ReportsEverythingThatIsWrongInTheEnvironment) {
  EXPECT_EQ(
      read({"APP_SHELVES=many", "APP_PASWORD=xyzzy", "APP_database=x", "APP_STAGE=test"}),
      "APP_SHELVES in the environment: error: shelves: 'many' is not a whole number\n"
      "APP_PASWORD in the environment: warning: there is no such option; did you mean "
      "APP_PASSWORD?\n"
      "APP_database in the environment: warning: there is no such option; did you mean "
      "APP_DATABASE?\n"
      "APP_STAGE in the environment: warning: there is no such option, so it has no effect\n");
  EXPECT_EQ(options.shelves, 3u);
}

TEST_F(ReadOptionsTest, LooksAtNoVariableIfThereIsNoOption) {
  base::NoOptions none;
  OptionSources sources;
  sources.environment = {"APP_STAGE=test"};
  EXPECT_EQ(read_options(none, sources).to_string(), "");
}

TEST_F(ReadOptionsTest, TakesAnotherPrefix) {
  OptionSources sources;
  sources.prefix = "SHOP_";
  sources.environment = {"SHOP_DATABASE=teas.db", "APP_DATABASE=other.db"};
  EXPECT_EQ(read_options(options, sources).to_string(), "");
  EXPECT_EQ(options.database, "teas.db");
}

}  // namespace
}  // namespace mastic::catalog
