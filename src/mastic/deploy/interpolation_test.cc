#include "mastic/deploy/interpolation.h"

#include <gtest/gtest.h>

#include <map>

namespace mastic::deploy {
namespace {

struct MapNames final : Names {
  explicit MapNames(std::map<std::string, Value> names) : values(std::move(names)) {}

  std::optional<Value> find(std::string_view name) const override {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string_view> all() const override {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : values) names.push_back(name);
    return names;
  }

  std::map<std::string, Value> values;
};

std::string interpolated_text(std::string_view text,
                              std::map<std::string, Names::Value> names = {}) {
  const auto result = interpolate(text, MapNames(std::move(names)));
  return result ? result->text : result.error().message;
}

TEST(Interpolation, ReplacesReferencesByTheirValues) {
  EXPECT_EQ(interpolated_text("<%(a)s>", {{"a", {"%(b)s%%"}}, {"b", {"1"}}}), "<1%>");
  EXPECT_EQ(interpolated_text("%%(a)s"), "%(a)s");
}

TEST(Interpolation, TakesALiteralValueAsItIs) {
  const MapNames names({{"a", {"%(b)s%", true}}, {"c", {"plain", true}}});
  EXPECT_EQ(interpolate("<%(a)s>", names)->text, "<%(b)s%>");
  EXPECT_TRUE(interpolate("<%(a)s>", names)->is_literal);
  EXPECT_FALSE(interpolate("<%(c)s>", names)->is_literal) << "there is no % to keep";
}

TEST(Interpolation, SaysWhatToWriteInstead) {
  EXPECT_EQ(interpolated_text("50%"), "a % stands alone; for the character itself write %%");
  EXPECT_EQ(interpolated_text("%(a)s", {{"a", {"50% b"}}}),
            "a % stands alone in the value of 'a'; for the character itself write %%");
  EXPECT_EQ(interpolated_text("%(tilte)s", {{"title", {""}}}),
            "%(tilte)s has no value; did you mean %(title)s?");
}

TEST(Interpolation, EndsWhereValuesLeadToThemselves) {
  EXPECT_EQ(interpolated_text("%(a)s", {{"a", {"%(b)s"}}, {"b", {"%(a)s"}}}),
            "%(a)s leads to itself: %(a)s -> %(b)s -> %(a)s");
}

TEST(Interpolation, LimitsTheSizeOfTheResult) {
  std::map<std::string, Names::Value> names = {{"8", {std::string(1000, 'x')}}};
  for (int i = 0; i < 8; ++i) {
    std::string& text = names[std::to_string(i)].text;
    for (int j = 0; j < 100; ++j) text += "%(" + std::to_string(i + 1) + ")s";
  }
  EXPECT_EQ(interpolated_text("%(0)s", names),
            "the value grows by more than 65536 bytes through its references");
}

TEST(Interpolation, LimitsTheWorkForReferencesWithoutText) {
  std::map<std::string, Names::Value> names = {{"8", {""}}};
  for (int i = 0; i < 8; ++i) {
    std::string& text = names[std::to_string(i)].text;
    for (int j = 0; j < 100; ++j) text += "%(" + std::to_string(i + 1) + ")s";
  }
  EXPECT_EQ(interpolated_text("%(0)s", names), "the value has more than 1000 references");
}

}  // namespace
}  // namespace mastic::deploy
