#include "mastic/http/accept.h"

#include <gtest/gtest.h>

#include <array>

namespace mastic::http {
namespace {

constexpr std::array<std::string_view, 3> kOffered{"text/plain", "application/json", "text/html"};

int choose(std::string_view accept) {
  const auto chosen = choose_media_type(accept, kOffered);
  return chosen ? static_cast<int>(*chosen) : -1;
}

TEST(Accept, TakesWhatIsLikedBest) {
  EXPECT_EQ(choose("application/json"), 1);
  EXPECT_EQ(choose("TEXT/HTML, application/json;q=0.9"), 2);
  EXPECT_EQ(choose("text/html;q=0.5, application/json;q=0.6"), 1);
  EXPECT_EQ(choose("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), 2);
}

TEST(Accept, TakesTheFirstOfSeveral) {
  EXPECT_EQ(choose(""), 0);
  EXPECT_EQ(choose("*/*"), 0);
  EXPECT_EQ(choose(" , ,,"), 0) << "a list without members says nothing";
  EXPECT_EQ(choose(", application/json,, ;q=1, text/html;q=0.5,"), 1);
  EXPECT_EQ(choose("application/*, text/*"), 0);
  EXPECT_EQ(choose("application/json, text/html"), 1);
}

TEST(Accept, TheMostSpecificRangeCounts) {
  EXPECT_EQ(choose("*/*, text/plain;q=0"), 1);
  EXPECT_EQ(choose("text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5"), 2);
  EXPECT_EQ(choose("text/*;q=0, */*;q=0.1"), 1);
}

TEST(AcceptLanguage, TakesWhatIsLikedBest) {
  constexpr std::array<std::string_view, 3> kLanguages{"en", "de-AT", "fr"};
  const auto language = [&](std::string_view accepted) {
    const auto chosen = choose_language(accepted, kLanguages);
    return chosen ? kLanguages[*chosen] : "(none)";
  };
  EXPECT_EQ(language(""), "en");
  EXPECT_EQ(language("fr, en;q=0.8"), "fr");
  EXPECT_EQ(language("FR-ca, en;q=0.8"), "fr");
  EXPECT_EQ(language("de"), "de-AT");
  EXPECT_EQ(language("de-DE, de;q=0.7"), "de-AT");
  EXPECT_EQ(language("den, *;q=0.1"), "en");
  EXPECT_EQ(language("en;q=0, *;q=0.1"), "de-AT");
  EXPECT_EQ(language("es"), "(none)");
}

TEST(Accept, MayTakeNone) {
  EXPECT_EQ(choose("image/png"), -1);
  EXPECT_EQ(choose("*/*;q=0"), -1);
  EXPECT_EQ(choose(",;,/"), -1);
}

}  // namespace
}  // namespace mastic::http
