#include "mastic/base/sha1.h"

#include <gtest/gtest.h>

#include "mastic/base/sha256.h"

namespace mastic::base {
namespace {

std::string sha1_hash(std::string_view text) {
  const auto digest = sha1(text);
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// The examples of FIPS 180-4, and lengths around the end of a block.
TEST(Sha1, MatchesTheExamplesOfTheStandard) {
  EXPECT_EQ(sha1_hash(""), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
  EXPECT_EQ(sha1_hash("abc"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
  EXPECT_EQ(sha1_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "hJg+RBw70m66rkqh+VEp5eVGcPE=");
  EXPECT_EQ(sha1_hash(std::string(1'000'000, 'a')), "NKqXPNTE2qT2Husr260nMWU0AW8=");
  EXPECT_EQ(sha1_hash(std::string(55, 'a')), "wci73CJ5bijA4VFj0giZtlYh1lo=");
  EXPECT_EQ(sha1_hash(std::string(56, 'a')), "wtszD2CDhUyZ1LW/tujynyAb5pk=");
  EXPECT_EQ(sha1_hash(std::string(64, 'a')), "AJi6gktcFkJ716ESKlpEKiXsZE0=");
}

}  // namespace
}  // namespace mastic::base
