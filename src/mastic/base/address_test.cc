#include "mastic/base/address.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

TEST(Address, ReadsBackWhatItPrints) {
  for (const char* text :
       {"127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", "unix:/run/site.sock", "fd:3"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
}

TEST(Address, TakesShortForms) {
  EXPECT_EQ(Address::parse("localhost:80")->to_string(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse(":80")->to_string(), "0.0.0.0:80");
}

TEST(Address, RefusesTextThatIsNotAnAddress) {
  for (const char* text : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:80x", "example.com:80", "::1:80", "[127.0.0.1]:80", "[]:80",
                           "unix:", "1.2.3:80", "fd:", "fd:x", "fd:-1", "fd:2147483648"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_NE(address.error().message.find("HOST:PORT"), std::string::npos) << text;
  }
}

TEST(Address, RefusesAUnixPathThatTheKernelCannotHold) {
  EXPECT_TRUE(Address::parse("unix:" + std::string(107, 'x')));
  EXPECT_FALSE(Address::parse("unix:" + std::string(108, 'x')));
  EXPECT_FALSE(Address::parse(std::string_view("unix:/run/site\0.sock", 20)));
}

TEST(Address, ReadsASocketThatTheProcessWasStartedWith) {
  const auto address = Address::parse("fd:3");
  EXPECT_TRUE(address->is_inherited());
  EXPECT_EQ(address->descriptor(), 3);
  EXPECT_FALSE(address->is_unix());
  EXPECT_FALSE(address->is_local()) << "only the socket knows";
  EXPECT_FALSE(Address::parse("127.0.0.1:80")->is_inherited());
}

TEST(Address, IsShownAsAUrl) {
  EXPECT_EQ(Address::parse("[::1]:8080")->to_url(), "http://[::1]:8080/");
  EXPECT_EQ(Address::parse("unix:/s")->to_url(), "unix:/s");
  EXPECT_EQ(Address::parse("fd:3")->to_url(), "fd:3");
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.1.2.3")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("10.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress().is_loopback());
}

}  // namespace
}  // namespace mastic::base
