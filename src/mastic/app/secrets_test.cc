#include "mastic/app/secrets.h"

#include <gtest/gtest.h>

namespace mastic::app {
namespace {

TEST(Secrets, AreRecognizedByTheirNames) {
  for (const auto* name :
       {"Authorization", "Cookie", "X-Api-Key", "sessionid", "PASSWORD", "_csrf"}) {
    EXPECT_TRUE(names_secret(name)) << name;
  }
  for (const auto* name : {"Host", "Accept", "year", "page", "q"}) {
    EXPECT_FALSE(names_secret(name)) << name;
  }
}

TEST(Secrets, AreBlankedOutInATarget) {
  EXPECT_EQ(blank_secrets("/report?year=2024&token=eyJhbGci&page=2"),
            "/report?year=2024&token=***&page=2");
  EXPECT_EQ(blank_secrets("/?token=a=b"), "/?token=***");
  EXPECT_EQ(blank_secrets("/?%74oken=x"), "/?%74oken=***");
  EXPECT_EQ(blank_secrets("/shop;jsessionid=1F2E/cart?a=1"), "/shop;jsessionid=***?a=1");
  EXPECT_EQ(blank_secrets("/?a=1;api_key=2"), "/?a=1;api_key=***");
  EXPECT_EQ(blank_secrets("/open?9f86d081884c7d659a2feaa0c55ad015"), "/open?***");
}

TEST(Secrets, OtherPartsOfATargetStay) {
  for (const auto* target : {"/", "*", "/a/b?", "/?edit", "/?a=b&c=&&d",
                             "/9f86d081884c7d659a2feaa0c55ad015", "host:80", ""}) {
    EXPECT_EQ(blank_secrets(target), target);
  }
}

}  // namespace
}  // namespace mastic::app
