#include "mastic/wire/websocket/deflate.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "mastic/base/failing_allocations.h"
#include "mastic/base/failures.h"
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

/// Text that compresses well, but not to nothing.
std::string some_text(std::size_t size) {
  std::string text;
  for (unsigned i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761U) + ", ";
  text.resize(size);
  return text;
}

TEST(Deflater, WritesWhatTheInflaterReadsWithEveryWindowAndTakeover) {
  const std::string large = some_text(100'000);
  for (std::uint8_t bits = 9; bits <= 15; ++bits) {
    for (const bool takeover : {false, true}) {
      Deflater deflater(bits, 4, 1, takeover);
      Inflater inflater(bits, takeover);
      for (const std::string_view message : {"Hello", "", "", "Hello", large.c_str(), "Hello"}) {
        EXPECT_EQ(inflated(inflater, deflated(deflater, message)), message);
      }
    }
  }
}

TEST(Deflater, WritesAMessageInPieces) {
  const std::string text = some_text(10'000);
  for (const std::size_t step : {1U, 100U, 9'999U}) {
    Deflater deflater(11, 4, 1, true);
    Inflater inflater(11, true);
    for (int i = 0; i < 2; ++i) {
      std::string compressed;
      for (std::size_t at = 0; at < text.size(); at += step) {
        deflater.append(compressed, std::string_view(text).substr(at, step), false);
      }
      deflater.append(compressed, {}, true);
      EXPECT_EQ(inflated(inflater, compressed), text);
    }
  }
}

TEST(Deflater, RefersToEarlierMessagesOnlyWithTakeover) {
  const std::string text = some_text(500);
  Deflater keeps(11, 4, 1, true);
  const std::size_t first = deflated(keeps, text).size();
  EXPECT_LT(deflated(keeps, text).size(), first / 5);
  Deflater forgets(11, 4, 1, false);
  EXPECT_EQ(deflated(forgets, text), deflated(forgets, text));
}

TEST(Deflater, WritesAnEmptyMessageAsOneByte) {
  for (const bool takeover : {false, true}) {
    Deflater deflater(11, 4, 1, takeover);
    EXPECT_EQ(show_bytes(deflated(deflater, "")), "\\x00");
    EXPECT_NE(deflated(deflater, "a"), "");
    EXPECT_EQ(show_bytes(deflated(deflater, "")), "\\x00");
  }
}

TEST(Deflater, ServesManyConnectionsWithoutTakeover) {
  Deflater shared(11, 4, 1, false);
  Inflater one(15, true);
  Inflater other(15, true);
  EXPECT_EQ(inflated(one, deflated(shared, "for one")), "for one");
  EXPECT_EQ(inflated(other, deflated(shared, "for the other")), "for the other");
  EXPECT_EQ(inflated(one, deflated(shared, "for one again")), "for one again");
}

TEST(Deflater, ServesTheNextMessageAfterAShortageOfMemory) {
  if (!base::counts_allocations()) GTEST_SKIP() << "allocations cannot be made to fail";
  const std::string text = some_text(5'000);
  Deflater shared(11, 4, 1, false);
  int failed = 0;
  base::for_each_failure([&](base::Failures& failures) {
    try {
      failures.during([&] { static_cast<void>(deflated(shared, text)); });
    } catch (const std::bad_alloc&) {
      ++failed;
    }
    EXPECT_EQ(inflated(deflated(shared, text)), text);
  });
  EXPECT_GT(failed, 1);
}

TEST(Inflater, GivesNoMoreThanIsAllowedWhereverTheMessageIsCut) {
  Deflater deflater(15, 8, 9, false);
  const std::string zeros(1 << 20, '\0');
  const std::string bomb = deflated(deflater, zeros);
  ASSERT_LT(bomb.size(), 2000U);
  for (const std::size_t step : {std::size_t{1}, std::size_t{100}, bomb.size()}) {
    for (const std::size_t most : {std::size_t{0}, std::size_t{1000}, zeros.size() - 1}) {
      Inflater inflater(15, false);
      std::string out;
      auto result = InflateResult::Ok;
      for (std::size_t at = 0; result == InflateResult::Ok && at < bomb.size(); at += step) {
        const std::string_view piece = std::string_view(bomb).substr(at, step);
        result = inflater.append(out, piece, at + step >= bomb.size(), most - out.size());
      }
      EXPECT_EQ(result, InflateResult::TooMuch);
      EXPECT_EQ(out.size(), most);
      EXPECT_LT(out.capacity(), 2 * most + 1024);  // nothing was kept that is not allowed
    }
  }
  Inflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.append(out, bomb, true, zeros.size()), InflateResult::Ok);
  EXPECT_EQ(out, zeros);
}

TEST(Inflater, KeepsNoLargerWindowThanWasAgreedOn) {
  const std::string text = some_text(600);
  Deflater deflater(11, 4, 9, true);
  Inflater large(11, true);
  Inflater small(8, true);
  const std::string first = deflated(deflater, text);
  const std::string second = deflated(deflater, text);  // refers to the first, 600 bytes back
  EXPECT_EQ(inflated(large, first), text);
  EXPECT_EQ(inflated(small, first), text);
  EXPECT_EQ(inflated(large, second), text);
  EXPECT_EQ(inflated(small, second), "corrupt");
}

TEST(Inflater, RefusesAMessageThatEndsWithinABlock) {
  Deflater deflater(15, 8, 6, false);
  const std::string message = deflated(deflater, some_text(1000));
  for (std::size_t size = 1; size < message.size(); ++size) {
    EXPECT_EQ(inflated(std::string_view(message).substr(0, size)), "corrupt") << size;
  }
}

TEST(Inflater, ReadsMessagesOfManyBlocksThatSayThatTheyAreTheLast) {
  // Each is an empty block with the bit that says so. Reading them takes time in proportion.
  std::string blocks;
  for (int i = 0; i < 10'000; ++i) blocks.append("\x03\x00", 2);
  EXPECT_EQ(inflated(blocks), "");
  EXPECT_EQ(inflated(blocks + std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
}

/// How many bytes of the heap are in use.
std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// The heap that a connection uses between two messages which it has sent and received.
std::size_t bytes_between_messages(bool takeover) {
  const std::string text = some_text(5'000);
  const auto before = heap_bytes();
  Deflater deflater(11, 4, 1, takeover);
  Inflater inflater(15, takeover);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(inflated(inflater, deflated(deflater, text)), text);
  return heap_bytes() - before;
}

TEST(Deflate, UsesNoMemoryBetweenMessagesWithoutTakeoverAndAtMost64KiBWithIt) {
  const auto before = heap_bytes();
  const std::vector<char> probe(100'000);
  if (heap_bytes() < before + probe.size()) GTEST_SKIP() << "the heap is a sanitizer's";
  static_cast<void>(bytes_between_messages(false));  // fills malloc's cache of small blocks
  EXPECT_EQ(bytes_between_messages(false), 0U);
  const std::size_t with_takeover = bytes_between_messages(true);
  EXPECT_LE(with_takeover, 64U << 10);
  RecordProperty("bytes_with_takeover", static_cast<int>(with_takeover));
}

}  // namespace
}  // namespace mastic::wire::websocket
