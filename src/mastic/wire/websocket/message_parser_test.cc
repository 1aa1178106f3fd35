#include "mastic/wire/websocket/message_parser.h"

#include <gtest/gtest.h>

namespace mastic::wire::websocket {
namespace {

TEST(MessageParser, ReadsTheExamplesOfTheRfc) {
  const MessageLimits limits;
  MessageParser parser(Role::Server, limits, nullptr);
  std::string message;
  std::string_view input("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  EXPECT_EQ(parser.next(input, message).kind, MessageParser::Event::Kind::MessageEnd);
  EXPECT_EQ(message, "Hello");
  EXPECT_TRUE(parser.is_text());
  EXPECT_TRUE(parser.is_between_messages());
}

}  // namespace
}  // namespace mastic::wire::websocket
