#include "mastic/wire/websocket/deflate.h"

#include <gtest/gtest.h>

#include "mastic/wire/messages/message_table_testing.h"

namespace mastic::wire::websocket {
namespace {

using InflateResult = Inflater::Result;

constexpr std::uint64_t kEnough = 1 << 20;

std::string deflated(Deflater& deflater, std::string_view message) {
  std::string out;
  deflater.append(out, message, true);
  return out;
}

std::string inflated(Inflater& inflater, std::string_view message) {
  std::string out;
  switch (inflater.append(out, message, true, kEnough)) {
    case InflateResult::Ok:
      return out;
    case InflateResult::Corrupt:
      return "corrupt";
    case InflateResult::TooMuch:
      return "too much";
  }
  return "";
}

std::string inflated(std::string_view message) {
  Inflater inflater(15, false);
  return inflated(inflater, message);
}

// RFC 7692 §7.2.3.1 to 7.2.3.6; zlib chooses other blocks than the RFC where it may.
TEST(Inflater, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(inflated({"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}), "Hello");
  EXPECT_EQ(inflated({"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11}), "Hello");
  EXPECT_EQ(inflated({"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8}), "Hello");
  EXPECT_EQ(inflated({"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}), "Hello");
  EXPECT_EQ(inflated({"\x00", 1}), "");

  Inflater keeps_window(15, true);
  EXPECT_EQ(inflated(keeps_window, {"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}), "Hello");
  EXPECT_EQ(inflated(keeps_window, {"\xf2\x00\x11\x00\x00", 5}), "Hello");
  EXPECT_EQ(inflated({"\xf2\x00\x11\x00\x00", 5}), "corrupt");  // refers to an earlier message
}

TEST(Deflater, WritesWhatTheInflaterReads) {
  for (const bool takeover : {false, true}) {
    Deflater deflater(11, 4, 1, takeover);
    Inflater inflater(11, takeover);
    for (const std::string_view message : {"Hello", "", "", "Hello", "Hello, Hello, Hello"}) {
      EXPECT_EQ(inflated(inflater, deflated(deflater, message)), message);
    }
  }
}

}  // namespace
}  // namespace mastic::wire::websocket
