#include "mastic/base/sha256.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

std::string hash(std::string_view text) {
  const auto digest = sha256(text);
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// The examples of FIPS 180-4, and lengths around the end of a block.
TEST(Sha256, MatchesTheExamplesOfTheStandard) {
  EXPECT_EQ(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
  EXPECT_EQ(hash(std::string(1'000'000, 'a')), "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA=");
  EXPECT_EQ(hash(std::string(55, 'a')), "n0OQ+NMMLdkuyfCVtl4rmumwqSWlJY4kHJ8ekQ9zQxg=");
  EXPECT_EQ(hash(std::string(64, 'a')), "/+BU/nrgy23GXDr5th1SCfQ5hR20PQulmXM33xVGaOs=");
}

TEST(Base64, IsPaddedToGroupsOfFour) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob\xff"), "Zm9vYv8=");
}

}  // namespace
}  // namespace mastic::base
