#include "mastic/app/own_host.h"

#include <gtest/gtest.h>

#include <vector>

namespace mastic::app {
namespace {

TEST(OwnHost, AcceptsTheNamesAndAddressesOfThisMachine) {
  for (const char* authority : {"localhost", "LocalHost:8080", "localhost.", "app.localhost:3000",
                                "127.0.0.1", "127.0.0.1:80", "127.8.9.10", "[::1]", "[::1]:8080",
                                "192.0.2.7:8080", "[2001:db8::7]", ""}) {
    EXPECT_TRUE(is_own_host(authority, {})) << authority;
  }
}

TEST(OwnHost, RefusesNamesThatAnotherSiteMayHave) {
  for (const char* authority :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "notlocalhost", ".localhost",
        "127.0.0.1.evil.example", "2130706433", "0x7f.1", "127.1", "localhost:x", "a b",
        "localhost@b"}) {
    EXPECT_FALSE(is_own_host(authority, {})) << authority;
  }
}

TEST(OwnHost, AcceptsAllowedHosts) {
  const std::vector<std::string> allowed{"admin.example", "*.internal.example"};
  EXPECT_TRUE(is_own_host("Admin.example:8080", allowed));
  EXPECT_TRUE(is_own_host("a.b.internal.example.", allowed));
  EXPECT_FALSE(is_own_host("internal.example", allowed));
  EXPECT_FALSE(is_own_host("xadmin.example", allowed));
}

}  // namespace
}  // namespace mastic::app
