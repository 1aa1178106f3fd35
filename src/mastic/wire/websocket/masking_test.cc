#include "mastic/wire/websocket/masking.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::wire::websocket {
namespace {

constexpr MaskingKey kMaskingTestKey = 0x91'3a'f0'07;  // its first byte is 0x07

/// Masks byte by byte, as RFC 6455 §5.3 describes it.
std::string mask_plainly(std::string_view text) {
  constexpr std::string_view kKey("\x07\xf0\x3a\x91");
  std::string masked;
  for (std::size_t i = 0; i < text.size(); ++i) {
    masked += static_cast<char>(text[i] ^ kKey[i % kKey.size()]);
  }
  return masked;
}

std::string text_to_mask(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i * 167);
  return text;
}

TEST(CopyMasked, MasksTextOfEverySizeAndNothingElse) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text = text_to_mask(size);
    std::string copy(size + 2, '#');
    static_cast<void>(copy_masked(copy.data() + 1, text, kMaskingTestKey));
    EXPECT_EQ(copy, "#" + mask_plainly(text) + "#") << size;
  }
}

TEST(CopyMasked, GoesOnWithTheNextPiece) {
  const std::string text = text_to_mask(100);
  for (std::size_t step = 1; step <= text.size(); ++step) {
    std::string copy(text.size(), '#');
    MaskingKey key = kMaskingTestKey;
    for (std::size_t at = 0; at < text.size(); at += step) {
      key = copy_masked(copy.data() + at, std::string_view(text).substr(at, step), key);
    }
    EXPECT_EQ(copy, mask_plainly(text)) << step;
  }
}

}  // namespace
}  // namespace mastic::wire::websocket
