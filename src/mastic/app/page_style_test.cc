#include "mastic/app/page_style.h"

#include <gtest/gtest.h>

namespace mastic::app {
namespace {

std::string allow(std::string_view policy) { return allow_style(policy, "'sha256-x'"); }

TEST(PageStyle, IsNamedByItsHashInItsPolicy) {  // the hash of "a{}", as every browser computes it
  const PageStyle style("a{}", "base-uri 'none'");
  EXPECT_EQ(style.element(), "<style>a{}</style>");
  EXPECT_EQ(style.source(), "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='");
  EXPECT_EQ(style.policy(),
            "default-src 'none'; style-src " + style.source() + "; base-uri 'none'");
}

TEST(PageStyle, IsAddedToTheDirectiveThatDecidesOnStyles) {
  EXPECT_EQ(allow("style-src 'self'"), "style-src 'self' 'sha256-x'");
  EXPECT_EQ(allow("img-src *; STYLE-SRC  'self' cdn.example ; script-src 'self'"),
            "img-src *; STYLE-SRC 'self' cdn.example 'sha256-x' ; script-src 'self'");
  EXPECT_EQ(allow("default-src 'none'; style-src 'none'"),
            "default-src 'none'; style-src 'sha256-x'");
  EXPECT_EQ(allow("style-src"), "style-src 'sha256-x'");
  EXPECT_EQ(allow("style-src-elem 'self'; style-src 'none'"),
            "style-src-elem 'self' 'sha256-x'; style-src 'none'");
  EXPECT_EQ(allow("style-src a; style-src b"), "style-src a 'sha256-x'; style-src b");
}

TEST(PageStyle, CopiesTheDefaultForStylesAndLeavesItForAllElse) {
  EXPECT_EQ(allow("default-src 'self'"), "default-src 'self'; style-src 'self' 'sha256-x'");
  EXPECT_EQ(allow("default-src 'none'; base-uri 'none'; "),
            "default-src 'none'; base-uri 'none'; style-src 'sha256-x'");
}

TEST(PageStyle, ChangesNothingWhereEveryStyleIsAllowed) {
  for (const char* policy :
       {"", "script-src 'self'", "style-src 'unsafe-inline'", "default-src 'self' 'unsafe-inline'",
        "style-src-attr 'none'", "upgrade-insecure-requests;"}) {
    EXPECT_EQ(allow(policy), policy);
  }
  EXPECT_EQ(allow("style-src 'unsafe-inline' 'nonce-7'"),
            "style-src 'unsafe-inline' 'nonce-7' 'sha256-x'")
      << "a nonce makes browsers ignore 'unsafe-inline'";
}

TEST(PageStyle, IsAllowedByEveryPolicyOfAList) {
  EXPECT_EQ(
      allow("style-src 'self', script-src 'none',default-src 'none'"),
      "style-src 'self' 'sha256-x', script-src 'none',default-src 'none'; style-src 'sha256-x'");
}

}  // namespace
}  // namespace mastic::app
