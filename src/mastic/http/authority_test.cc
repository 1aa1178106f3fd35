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

}  // namespace
}  // namespace mastic::http
