// The code of options.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using mastic::Duration;
using mastic::OptionTable;
using mastic::Result;
using mastic::Router;
using mastic::Status;
using mastic::base::Address;
using mastic::base::IpNetwork;
using mastic::base::OptionEntry;
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

enum class Sorting { ByName, ByPrice };

struct CounterOptions {
  std::string greeting = "Welcome";
  bool samples = true;
  std::int64_t utc_offset = 0;
  std::uint64_t max_order_bytes = 64 << 10;
  Sorting sorting = Sorting::ByName;
  std::vector<Address> printers;
  std::vector<IpNetwork> staff;
  std::vector<char> shelves;
  std::vector<OptionEntry> prices;

  void describe(OptionTable& table) {
    table.text("greeting", greeting, "TEXT", "What the first page says.");
    table.flag("samples", samples, "Add a sample to every order.");
    table.integer("utc_offset", utc_offset, "Hours that the clock of the shop is ahead of UTC.");
    table.size("max_order_bytes", max_order_bytes, "Maximum size of an order. Beyond it: 413.");
    table.choice("sorting", sorting, "(name|price)",
                 {{"name", Sorting::ByName}, {"price", Sorting::ByPrice}}, "How teas are sorted.");
    table.addresses("printer", printers, "Where receipts are printed.");
    table.networks("staff", staff, "Who sees what is in stock.");
    table.values(
        "shelf", "", "LETTER", [this](auto text, bool begins) { return add_shelf(text, begins); },
        "A shelf that is shown.");
    table.entries(
        "TEA.price", prices, "PRICE",
        [](std::string_view name) { return name.ends_with(".price"); }, "What a tea costs.");
    table.alias("welcome", "greeting");
    table.ignore("theme", "the pages have no themes any more");
  }

  Result<void> add_shelf(std::string_view text, bool begins) {
    if (text.size() != 1) return mastic::fail("'", text, "' is not one letter");
    if (begins) shelves.clear();
    shelves.push_back(text.front());
    return {};
  }
};

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

TEST(OptionsGuide, EveryKindOfOptionIsSetFromItsText) {
  CounterOptions options;
  OptionTable table;
  options.describe(table);
  const std::vector<std::pair<std::string_view, std::string_view>> settings{
      {"welcome", "Hello"},      {"samples", "off"},   {"utc_offset", "-5"},
      {"max_order_bytes", "1M"}, {"sorting", "price"}, {"printer", "127.0.0.1:9100"},
      {"staff", "10.1.0.0/16"},  {"shelf", "a"},       {"shelf", "b"},
      {"assam.price", "4"}};
  for (const auto& [name, text] : settings) {
    EXPECT_TRUE(table.set(name, text)) << name;
  }
  EXPECT_EQ(options.greeting, "Hello");
  EXPECT_FALSE(options.samples);
  EXPECT_EQ(options.utc_offset, -5);
  EXPECT_EQ(options.max_order_bytes, 1u << 20);
  EXPECT_EQ(options.sorting, Sorting::ByPrice);
  EXPECT_EQ(options.printers.size(), 1u);
  EXPECT_EQ(options.staff.size(), 1u);
  EXPECT_EQ(options.shelves, (std::vector{'a', 'b'}));
  ASSERT_EQ(options.prices.size(), 1u);
  EXPECT_EQ(options.prices[0].key, "assam.price");
  EXPECT_EQ(options.prices[0].value, "4");
  EXPECT_TRUE(table.why_ignored("theme"));
}

TEST(OptionsGuide, AWordThatIsNoChoiceIsRefusedWithTheChoices) {
  CounterOptions options;
  OptionTable table;
  options.describe(table);
  const auto set = table.set("sorting", "cost");
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().message, "sorting: 'cost' is not one of name, price");
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
