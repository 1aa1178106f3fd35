#include "mastic/base/options_of.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

struct ShopOptions {
  std::string database;
  void describe(OptionTable& table) { table.text("database", database, "NAME", "Which."); }
  [[nodiscard]] Result<void> check() const {
    return database.empty() ? fail("database is missing") : Result<void>();
  }
};

template <class F>
constexpr bool kHasFirstArgument = requires { typename FirstArgument<F>; };

TEST(OptionsOf, AreTheFirstArgumentOfAFunctionInAllItsForms) {
  const auto two = [](ShopOptions, int) noexcept { return 0; };
  auto changing = [count = 0](ShopOptions&) mutable { return ++count; };
  EXPECT_TRUE((std::same_as<FirstArgument<int (&)(const ShopOptions&)>, ShopOptions>));
  EXPECT_TRUE((std::same_as<FirstArgument<decltype(two)&>, ShopOptions>));
  EXPECT_TRUE((std::same_as<FirstArgument<decltype(changing)>, ShopOptions>));
  EXPECT_TRUE((std::same_as<FirstArgument<int (*)() noexcept>, void>));
}

TEST(OptionsOf, AreNotThoseOfWhatIsNoFunction) {
  const auto generic = [](const auto&) { return 0; };
  EXPECT_FALSE(kHasFirstArgument<decltype(generic)>);
  EXPECT_FALSE(kHasFirstArgument<std::string>);
  EXPECT_FALSE(DescribedOptions<int>);
  EXPECT_TRUE(DescribedOptions<ShopOptions>);
}

TEST(OptionsOf, AreCheckedIfTheStructCanCheckThem) {
  EXPECT_EQ(check_options(ShopOptions()).error().message, "database is missing");
  EXPECT_TRUE(check_options(NoOptions()));
}

}  // namespace
}  // namespace mastic::base
