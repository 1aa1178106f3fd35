#include "mastic/wire/websocket/frame.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "mastic/wire/messages/message_table_testing.h"

namespace mastic::wire::websocket {
namespace {

std::string show_head(const FrameHead& head) {
  std::array<char, kMaxFrameHeadBytes> bytes{};
  const char* const end = write_frame_head(bytes.data(), head);
  return show_bytes({bytes.data(), end});
}

TEST(WriteFrameHead, WritesLengthsInTheirShortestForm) {
  EXPECT_EQ(show_head({.length = 0}), "\\x81\\x00");
  EXPECT_EQ(show_head({.length = 125}), "\\x81}");
  EXPECT_EQ(show_head({.length = 126}), "\\x81~\\x00~");
  EXPECT_EQ(show_head({.length = 0xffff}), "\\x81~\\xFF\\xFF");
  EXPECT_EQ(show_head({.length = 0x10000}), "\\x81\\x7F\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x00");
  EXPECT_EQ(show_head({.length = 0x0123456789abcdef}), "\\x81\\x7F\\x01#Eg\\x89\\xAB\\xCD\\xEF");
}

TEST(WriteFrameHead, WritesOpcodesFlagsAndKey) {
  EXPECT_EQ(show_head({.opcode = Opcode::Close, .length = 2}), "\\x88\\x02");
  EXPECT_EQ(show_head({.opcode = Opcode::Continuation, .is_final = false}), "\\x00\\x00");
  EXPECT_EQ(show_head({.opcode = Opcode::Binary, .is_compressed = true}), "\\xC2\\x00");
  EXPECT_EQ(show_head({.length = 3, .masking_key = 0x64636261}), "\\x81\\x83abcd");
}

}  // namespace
}  // namespace mastic::wire::websocket
