#include "apps/mastic/load/websocket.h"

#include <gtest/gtest.h>

namespace mastic::load {
namespace {

TEST(LoadWebSocket, WritesMessagesOfAClientAndOfAServer) {
  EXPECT_EQ(plain_frame("hello"), "\x81\x05hello");
  const std::string masked = masked_frame("hello");
  ASSERT_EQ(masked.size(), 11U);
  EXPECT_EQ(masked.substr(0, 2), "\x81\x85");
  std::string text;
  for (std::size_t at = 0; at < 5; ++at) {
    text += static_cast<char>(masked[6 + at] ^ masked[2 + at % 4]);
  }
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(plain_frame(some_text(70'000)).size(), 70'010U);
}

TEST(LoadWebSocket, OpensOnlyWithTheAnswerThatTheKeyDemands) {
  const std::string right =
      "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: "
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  EXPECT_TRUE(opens_websocket(right));
  EXPECT_FALSE(opens_websocket("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_FALSE(opens_websocket("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
}

}  // namespace
}  // namespace mastic::load
