#include "mastic/http/trace_context.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mastic::http {
namespace {

const std::string kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContext, IsReadAndWritten) {
  const auto context = TraceContext::parse(kExample);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id[0], 0x0af7651916cd43ddu);
  EXPECT_EQ(context->trace_id[1], 0x8448eb211c80319cu);
  EXPECT_EQ(context->parent_id, 0xb7ad6b7169203331u);
  EXPECT_EQ(context->flags, TraceContext::kSampled);
  EXPECT_EQ(context->to_string(), kExample);
  EXPECT_EQ(context->trace_text(), "0af7651916cd43dd8448eb211c80319c");
}

TEST(TraceContext, IsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check(
      [](std::uint64_t high, std::uint64_t low, std::uint64_t parent, std::uint8_t flags) {
        RC_PRE((high | low) != 0 && parent != 0);
        const TraceContext context{{high, low}, parent, flags};
        RC_ASSERT(TraceContext::parse(context.to_string()) == context);
      }));
}

TEST(TraceContext, RefusesWhatIsMalformed) {
  for (const std::string_view text : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
           "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
       }) {
    EXPECT_FALSE(TraceContext::parse(text)) << text;
  }
}

TEST(TraceContext, ReadsOfLaterVersionsWhatItKnows) {
  const auto known = TraceContext::parse(kExample);
  const std::string later = "cc" + kExample.substr(2);
  EXPECT_EQ(TraceContext::parse(later), known);
  EXPECT_EQ(TraceContext::parse(later + "-more"), known);
}

}  // namespace
}  // namespace mastic::http
