#include "mastic/base/ip_network.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

bool has(std::string_view network, std::string_view address) {
  return IpNetwork::parse(network)->contains(*IpAddress::parse(address));
}

TEST(IpNetwork, ReadsBackWhatItPrints) {
  for (const char* text :
       {"192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/33", "::/0"}) {
    const auto network = IpNetwork::parse(text);
    ASSERT_TRUE(network) << text;
    EXPECT_EQ(network->to_string(), text);
  }
  EXPECT_EQ(*IpNetwork::parse("192.0.2.7/32"), *IpNetwork::parse("192.0.2.7"));
}

TEST(IpNetwork, ContainsAddressesThatBeginWithItsBits) {
  EXPECT_TRUE(has("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(has("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(has("192.168.96.0/19", "192.168.127.255"));
  EXPECT_FALSE(has("192.168.96.0/19", "192.168.128.0"));
  EXPECT_TRUE(has("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(has("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(has("2001:db8:8000::/33", "2001:db8:ffff::1"));
  EXPECT_FALSE(has("2001:db8:8000::/33", "2001:db8:7fff::1"));
}

TEST(IpNetwork, OfLengthZeroContainsItsFamilyAndNoOther) {
  EXPECT_TRUE(has("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(has("0.0.0.0/0", "::1"));
  EXPECT_TRUE(has("::/0", "::1"));
  EXPECT_FALSE(has("::/0", "127.0.0.1"));
  EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(IpAddress()));
}

TEST(IpNetwork, RefusesTextThatIsNotANetwork) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10/8",
                           "10.0.0.0/8/8", "example.org", "10.0.0.0:80"}) {
    const auto network = IpNetwork::parse(text);
    ASSERT_FALSE(network) << text;
    EXPECT_NE(network.error().message.find("10.0.0.0/8"), std::string::npos) << text;
  }
}

TEST(IpNetwork, SuggestsTheNetworkThatWasMeant) {
  EXPECT_EQ(IpNetwork::parse("10.1.2.3/8").error().message,
            "'10.1.2.3/8' has bits set after its prefix; the network is 10.0.0.0/8");
}

}  // namespace
}  // namespace mastic::base
