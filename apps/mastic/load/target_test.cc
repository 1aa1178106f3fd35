#include "apps/mastic/load/target.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::load {
namespace {

/// "HOST PORT PATH AUTHORITY", or the message of the failure.
std::string read(std::string_view url) {
  const auto target = parse_target(url);
  if (!target) return target.error().message;
  if (!target->unix_path.empty()) return "unix " + target->unix_path + " " + target->path;
  return target->host + " " + target->port + " " + target->path + " " + target->authority;
}

TEST(LoadTarget, ReadsHostsPortsAndPaths) {
  EXPECT_EQ(read("http://127.0.0.1:8080/teas?kind=green"),
            "127.0.0.1 8080 /teas?kind=green 127.0.0.1:8080");
  EXPECT_EQ(read("http://localhost"), "localhost 80 / localhost");
  EXPECT_EQ(read("HTTP://localhost:80/a#part"), "localhost 80 /a localhost");
  EXPECT_EQ(read("http://localhost?a=1"), "localhost 80 /?a=1 localhost");
  EXPECT_EQ(read("http://[::1]:8080/"), "::1 8080 / [::1]:8080");
  EXPECT_EQ(read("http://[2001:db8::2]"), "2001:db8::2 80 / [2001:db8::2]");
  EXPECT_EQ(read("ws://localhost:81/echo"), "localhost 81 /echo localhost:81");
}

TEST(LoadTarget, ReadsUnixSocketsAsServeSpellsThem) {
  EXPECT_EQ(read("unix:/run/site.sock"), "unix /run/site.sock /");
  EXPECT_EQ(read("unix:site.sock:/teas?a=:/b"), "unix site.sock /teas?a=:/b");
}

TEST(LoadTarget, TellsWebSocketsFromHttp) {
  EXPECT_TRUE(parse_target("ws://localhost/")->is_websocket);
  EXPECT_FALSE(parse_target("http://localhost/")->is_websocket);
}

TEST(LoadTarget, SaysWhatIsWrongWithOthersAndWhatToWrite) {
  EXPECT_NE(read("https://localhost/").find("TLS is not there yet"), std::string::npos);
  EXPECT_NE(read("wss://localhost/").find("TLS is not there yet"), std::string::npos);
  EXPECT_NE(read("localhost:8080").find("http://127.0.0.1:8080/path"), std::string::npos);
  EXPECT_NE(read("http://localhost:0/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(read("http://localhost:80a/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(read("http://localhost:99999/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(read("http://:80/").find("is not a host"), std::string::npos);
  EXPECT_NE(read("http:///path").find("is not a host"), std::string::npos);
  EXPECT_NE(read("http://a b/").find("is not a host"), std::string::npos);
  EXPECT_NE(read("http://[::1/").find("is not a host"), std::string::npos);
  EXPECT_NE(read("http://[").find("is not a host"), std::string::npos);
  EXPECT_NE(read("http://::1/").find("not"), std::string::npos);
  EXPECT_NE(read("http://ada:secret@localhost/").find("Authorization"), std::string::npos);
  EXPECT_NE(read("http://localhost/a b").find("%20"), std::string::npos);
  EXPECT_NE(read("http://localhost/\r\nX: 1").find("percent-encoded"), std::string::npos);
  EXPECT_NE(read("unix:").find("path of a socket"), std::string::npos);
  EXPECT_NE(read("unix:" + std::string(200, 'a')).find("at most"), std::string::npos);
}

}  // namespace
}  // namespace mastic::load
