#include "mastic/base/byte_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace mastic::base {
namespace {

TEST(ByteBlock, TellsWhereTheFirstMatchIs) {
  std::string text(16, 'a');
  EXPECT_EQ(first_in_block(load_block(text.data()) == 'b'), 16);
  for (int i = 15; i >= 0; --i) {
    text[static_cast<std::size_t>(i)] = 'b';
    EXPECT_EQ(first_in_block(load_block(text.data()) == 'b'), i);
  }
}

TEST(FindByte, LooksAtAllAndNoMore) {
  for (std::size_t size = 0; size <= 50; ++size) {
    for (std::size_t place = 0; place <= size + 1; ++place) {
      const auto bytes = std::make_unique<char[]>(size + 1);  // its end is the heap's: ASan looks
      std::fill_n(bytes.get(), size + 1, 'a');
      if (place <= size) bytes[place] = '\xff';
      const char* const end = bytes.get() + size;
      EXPECT_EQ(find_byte(bytes.get(), end, '\xff'), bytes.get() + std::min(place, size));
    }
  }
}

}  // namespace
}  // namespace mastic::base
