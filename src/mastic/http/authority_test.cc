#include "mastic/http/authority.h"

#include <gtest/gtest.h>

namespace mastic::http {
namespace {

TEST(Authority, TakesHostsWithAndWithoutPort) {
  for (const char* text : {"example.com", "example.com:80", "127.0.0.1:8080", "[::1]", "[::1]:8080",
                           "localhost:", "a_b.example", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(Authority::parse(text)) << text;
    EXPECT_TRUE(Authority::is_one(text)) << text;
  }
  EXPECT_EQ(Authority::parse("[::1]:8080")->host, "[::1]");
  EXPECT_EQ(Authority::parse("[::1]:8080")->port, 8080);
  EXPECT_EQ(Authority::parse("a:65535")->port, 65535);
}

TEST(Authority, RefusesEverythingElse) {
  for (const char* text : {"",
                           ":80",
                           "user@example.com",
                           "a:80:90",
                           "a:65536",
                           "a:-1",
                           "a:8o",
                           "a b",
                           "a/b",
                           "a,b",
                           "a?b",
                           "a#b",
                           "[::1",
                           "::1",
                           "[::g]",
                           "[127.0.0.1]",
                           "a\t",
                           "a%",
                           "a%2",
                           "\xc3\xa9.example",
                           "[::1]x",
                           "http://a"}) {
    EXPECT_FALSE(Authority::parse(text)) << text;
    EXPECT_FALSE(Authority::is_one(text)) << text;
  }
}

TEST(Authority, IsTheSameWithTheOwnPortOfItsScheme) {
  EXPECT_TRUE(same_authority("a:80", "a", "http"));
  EXPECT_TRUE(same_authority("A.Example", "a.example:080", "HTTP"));
  EXPECT_TRUE(same_authority("a:", "a:80", "http"));
  EXPECT_TRUE(same_authority("[::1]:443", "[::1]", "https"));
  EXPECT_TRUE(same_authority("a:8080", "a:8080", "http"));
  EXPECT_FALSE(same_authority("a:80", "a", "https"));
  EXPECT_FALSE(same_authority("a:443", "a", "http"));
  EXPECT_FALSE(same_authority("a:8080", "a", "http"));
  EXPECT_FALSE(same_authority("a", "b", "http"));
  EXPECT_FALSE(same_authority("a:80x", "a", "http"));
}

TEST(HostPattern, IsANameOrWhatNamesEndIn) {
  EXPECT_TRUE(is_host_pattern("a.example"));
  EXPECT_TRUE(is_host_pattern("*.example"));
  EXPECT_TRUE(is_host_pattern("[::1]"));
  for (const char* text : {"", "*", "*.", "a.*.b", "*.*.com", "a:80", "a:", "a/b", "a b"}) {
    EXPECT_FALSE(is_host_pattern(text)) << text;
  }
  EXPECT_TRUE(matches_host("a.example", "A.Example."));
  EXPECT_TRUE(matches_host("*.example", "a.b.example"));
  EXPECT_FALSE(matches_host("*.example", "example"));
  EXPECT_FALSE(matches_host("*.example", "aexample"));
}

}  // namespace
}  // namespace mastic::http
