#include "mastic/base/byte_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace mastic::base {
namespace {

TEST(ByteBlock, FindsTheFirstMatch) {
  std::string text(16, 'a');
  EXPECT_EQ(first_in_block(load_block(text.data()) == 'b'), 16);
  for (int i = 15; i >= 0; --i) {
    text[static_cast<std::size_t>(i)] = 'b';
    EXPECT_EQ(first_in_block(load_block(text.data()) == 'b'), i);
  }
}

TEST(PlacesOf, FindsPlacesInsideTheTextOnly) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const auto bytes = std::make_unique<char[]>(size);  // on the heap, so that ASan checks its end
    for (std::size_t i = 0; i < size; ++i) bytes[i] = i % 3 == 0 ? ',' : 'a';
    const std::string_view text(bytes.get(), size);
    for (std::size_t at = 0; at < size; ++at) {
      BlockPlaces places = places_of(',', text, at);
      for (std::size_t i = at; i < std::min(at + 16, size); ++i) {
        if (text[i] != ',') continue;
        ASSERT_FALSE(places.empty());
        EXPECT_EQ(at + places.first(), i);
        places.remove_first();
      }
      EXPECT_TRUE(places.empty()) << size << " " << at;
    }
  }
}

TEST(FindByte, LooksAtAllBytesOfTheRangeAndNoOthers) {
  for (std::size_t size = 0; size <= 50; ++size) {
    for (std::size_t place = 0; place <= size + 1; ++place) {
      const auto bytes = std::make_unique<char[]>(size + 1);  // so that ASan checks its end
      std::fill_n(bytes.get(), size + 1, 'a');
      if (place <= size) bytes[place] = '\xff';
      const char* const end = bytes.get() + size;
      EXPECT_EQ(find_byte(bytes.get(), end, '\xff'), bytes.get() + std::min(place, size));
    }
  }
}

}  // namespace
}  // namespace mastic::base
