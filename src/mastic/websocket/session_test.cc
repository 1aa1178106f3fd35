// WebSockets over a shard with a scripted kernel.

#include <gtest/gtest.h>

#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

TEST_P(SessionTest, EchoesMessages) {
  open_echo();
  EXPECT_EQ(say(text("hello")), "text hello\n");
  EXPECT_EQ(say(text("one") + binary("two") + text("")), "text one\nbinary two\ntext \n");
  EXPECT_EQ(say(text(std::string(70'000, 'x'))), "text " + std::string(70'000, 'x') + "\n");
}

MASTIC_FOR_BOTH_TRANSFERS(SessionTest);

}  // namespace
}  // namespace mastic::websocket
