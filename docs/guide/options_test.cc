// The code of options.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <cstdint>
#include <string>
#include <vector>

using mastic::Duration;
using mastic::OptionTable;
using mastic::Result;
using mastic::Router;
using mastic::Status;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

namespace {

struct ShopOptions {
  std::string database = "shop.db";
  std::string bank_key;
  std::uint64_t shelves = 3;
  double discount = 0;
  Duration patience = 1s;
  std::vector<std::string> branches;

  void describe(OptionTable& table) {
    table.path("database", database, "FILE", "Where the teas are kept.");
    table.secret("bank_key", bank_key, "KEY", "What the bank asks for.");
    table.count("shelves", shelves, "How many shelves there are.");
    table.real("discount", discount, "Part of the price that friends need not pay.");
    table.duration("patience", patience, "Longest wait for the database. Beyond it: 503.");
    table.list("branches", branches, "NAME", "Other shops.");
  }

  Result<void> check() const {
    if (discount > 1) return mastic::fail("discount must be at most 1, which is the whole price");
    return {};
  }
};

Router make_shop(const ShopOptions& options) {
  Router shop;
  shop.get<"/">([shelves = options.shelves] { return std::to_string(shelves) + " shelves\n"; });
  return shop;
}

}  // namespace

// What main is in a program. Here it only has to compile.
namespace program {
int main(int argc, char** argv);
int main(int argc, char** argv) { return mastic::run(make_shop, argc, argv); }
}  // namespace program

TEST(OptionsGuide, ASiteIsTestedWithItsStruct) {
  TestClient client(make_shop({.shelves = 7}));
  EXPECT_EQ(client.get("/").text, "7 shelves\n");
}

TEST(OptionsGuide, TheStructChecksItself) {
  const ShopOptions options{.discount = 2};
  EXPECT_FALSE(options.check());
}

TEST(OptionsGuide, AProgramReadsItsOptionsItself) {
  ShopOptions options;
  const auto found = mastic::read_options(
      options, {.prefix = "SHOP_", .environment = {"SHOP_SHELVES=5", "SHOP_PATIENCE=soon"}});
  EXPECT_TRUE(found.has_errors());
  EXPECT_EQ(found.to_string(),
            "SHOP_PATIENCE in the environment: error: patience: 'soon' is not a duration; "
            "write a number such as 250ms, 10s or 5m\n");
  EXPECT_EQ(options.shelves, 5u);
}
