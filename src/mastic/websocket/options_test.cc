#include "mastic/websocket/options.h"

#include <gtest/gtest.h>

namespace mastic::websocket {
namespace {

std::string fault_of(const Options& options) {
  const auto fits = options.check();
  return fits ? "" : fits.error().message;
}

TEST(WebSocketOptions, FitWhenNothingIsSet) { EXPECT_EQ(fault_of({}), ""); }

TEST(WebSocketOptions, HaveNamesThatBeginAsThoseOfOtherLimits) {
  Options options;
  base::OptionTable table;
  options.describe(table);
  ASSERT_TRUE(table.set("max_ws_message_bytes", "8M"));
  ASSERT_TRUE(table.set("ws_ping_timeout", "5s"));
  ASSERT_TRUE(table.set("ws_allowed_origin", "https://a.example"));
  ASSERT_TRUE(table.set("ws_allowed_origin", "https://b.example"));
  ASSERT_TRUE(table.set("ws_compress_window_bits", "15"));
  EXPECT_EQ(options.max_message_bytes, 8U << 20);
  EXPECT_EQ(options.ping_timeout, std::chrono::seconds(5));
  EXPECT_EQ(options.allowed_origin.size(), 2U);
  EXPECT_EQ(options.compression.window_bits, 15);
}

TEST(WebSocketOptions, RefuseAWindowThatZlibDoesNotHave) {
  Options options;
  base::OptionTable table;
  options.describe(table);
  EXPECT_FALSE(table.set("ws_compress_window_bits", "8"));
  EXPECT_FALSE(table.set("ws_compress_memory_level", "0"));
}

TEST(WebSocketOptions, NameTheOptionThatCannotWork) {
  EXPECT_EQ(fault_of({.allowed_origin = {"https://example.com/chat"}}),
            "--ws-allowed-origin https://example.com/chat: write a scheme, a host and perhaps a "
            "port, such as https://example.com, without a path; or *");
  EXPECT_NE(fault_of({.max_fragments = 0}).find("--max-ws-fragments"), std::string::npos);
  EXPECT_NE(fault_of({.ping_timeout = base::Duration::zero()}).find("--ws-ping-timeout"),
            std::string::npos);
}

}  // namespace
}  // namespace mastic::websocket
