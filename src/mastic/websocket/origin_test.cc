#include "mastic/websocket/origin.h"

#include <gtest/gtest.h>

#include <vector>

namespace mastic::websocket {
namespace {

TEST(Origin, IsTheSitesOwnWhenSchemeHostAndPortAreTheSame) {
  EXPECT_TRUE(is_own_origin("http://example.com", false, "example.com"));
  EXPECT_TRUE(is_own_origin("http://example.com:8080", false, "example.com:8080"));
  EXPECT_TRUE(is_own_origin("https://example.com", true, "example.com"));
  EXPECT_TRUE(is_own_origin("http://[::1]:8080", false, "[::1]:8080"));

  EXPECT_FALSE(is_own_origin("http://evil.example", false, "example.com"));
  EXPECT_FALSE(is_own_origin("http://example.com:8081", false, "example.com:8080"));
  EXPECT_FALSE(is_own_origin("https://example.com", false, "example.com"));
  EXPECT_FALSE(is_own_origin("http://example.com", true, "example.com"));
  EXPECT_FALSE(is_own_origin("http://example.com.evil.example", false, "example.com"));
  EXPECT_FALSE(is_own_origin("http://www.example.com", false, "example.com"));
}

TEST(Origin, MayLeaveOutTheDefaultPortAndSpellTheHostInCapitals) {
  EXPECT_TRUE(is_own_origin("http://example.com", false, "example.com:80"));
  EXPECT_TRUE(is_own_origin("https://example.com", true, "Example.COM:443"));
  EXPECT_FALSE(is_own_origin("https://example.com", true, "example.com:80"));
}

TEST(Origin, ThatIsNoOriginIsNeverTheSitesOwn) {
  for (const char* const text :
       {"", "null", "*", "example.com", "http://", "http:example.com", "http://example.com/",
        "http://user@example.com", "http://example.com http://example.com", "://example.com"}) {
    EXPECT_FALSE(is_own_origin(text, false, "example.com")) << text;
  }
  EXPECT_FALSE(is_own_origin("http://", false, ""));
}

TEST(Origin, IsAllowedByARuleThatIsTheSameOrigin) {
  const std::vector<std::string> rules{"https://example.com", "http://localhost:3000"};
  EXPECT_TRUE(is_allowed_origin("https://example.com", rules));
  EXPECT_TRUE(is_allowed_origin("https://EXAMPLE.com:443", rules));
  EXPECT_TRUE(is_allowed_origin("http://localhost:3000", rules));
  EXPECT_FALSE(is_allowed_origin("http://example.com", rules));
  EXPECT_FALSE(is_allowed_origin("http://localhost", rules));
  EXPECT_FALSE(is_allowed_origin("null", rules));
  EXPECT_FALSE(is_allowed_origin("https://example.com", {}));
}

TEST(Origin, IsAllowedByAStarWhateverItIs) {
  const std::vector<std::string> rules{"*"};
  EXPECT_TRUE(is_allowed_origin("https://evil.example", rules));
  EXPECT_TRUE(is_allowed_origin("null", rules));
}

TEST(Origin, OfLocalFilesIsAllowedOnlyByName) {
  const std::vector<std::string> rules{"null"};
  EXPECT_TRUE(is_allowed_origin("null", rules));
  EXPECT_FALSE(is_allowed_origin("https://example.com", rules));
}

TEST(Origin, OfARuleHasNoPath) {
  EXPECT_TRUE(is_origin_rule("https://example.com"));
  EXPECT_TRUE(is_origin_rule("chrome-extension://abcdefgh"));
  EXPECT_TRUE(is_origin_rule("*"));
  EXPECT_FALSE(is_origin_rule("https://example.com/"));
  EXPECT_FALSE(is_origin_rule("example.com"));
  EXPECT_FALSE(is_origin_rule(""));
}

}  // namespace
}  // namespace mastic::websocket
