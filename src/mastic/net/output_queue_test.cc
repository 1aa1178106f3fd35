#include "mastic/net/output_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace mastic::net {
namespace {

void append(OutputQueue& queue, std::string_view bytes) {
  std::memcpy(queue.prepare(bytes.size()), bytes.data(), bytes.size());
  queue.commit(bytes.size());
}

/// Removes up to `most` bytes from the front, as a kernel would.
std::string send(OutputQueue& queue, std::size_t most) {
  std::array<iovec, 1> first;
  if (queue.gather(first) == 0) return {};
  const std::string sent(static_cast<const char*>(first[0].iov_base),
                         std::min(most, first[0].iov_len));
  queue.remove(sent.size());
  return sent;
}

TEST(OutputQueue, FreesSentPiecesEvenIfItIsNeverEmpty) {
  OutputQueue queue;
  const std::string piece(10'000, 'p');
  append(queue, piece);
  std::uint64_t max_held = 0;
  for (int i = 0; i < 1000; ++i) {  // always one to three pieces behind
    append(queue, piece);
    append(queue, piece);
    for (std::size_t left = 2 * piece.size(); left > 0;) left -= send(queue, left).size();
    max_held = std::max(max_held, queue.held());
    ASSERT_EQ(queue.size(), piece.size());
  }
  EXPECT_LE(max_held, 4 * OutputQueue::kPieceBytes);
}

TEST(OutputQueue, CountsCopiedBytesAsHeldButNotBorrowedOnes) {
  OutputQueue queue;
  const std::string borrowed(1 << 20, 'l');
  queue.append_shared(borrowed, nullptr);
  queue.append_file(nullptr, 0, 1 << 20);
  EXPECT_EQ(queue.held(), 0u);
  append(queue, std::string(1000, 'x'));
  EXPECT_GE(queue.held(), 1000u);
  queue.prepend(std::string(5000, 'x'));
  EXPECT_GE(queue.held(), 6000u);
  EXPECT_EQ(queue.size(), (2u << 20) + 6000);
  (void)send(queue, 5000);
  EXPECT_LT(queue.held(), 5000u);
}

TEST(OutputQueue, ReleasesAKeeperAsSoonAsItsBytesAreSent) {
  OutputQueue queue;
  const auto first = std::make_shared<const std::string>("first");
  const auto second = std::make_shared<const std::string>("second");
  queue.append_shared(*first, first);
  append(queue, "copied");
  queue.append_shared(*second, second);
  EXPECT_EQ(send(queue, 4), "firs");
  EXPECT_EQ(first.use_count(), 2) << "a byte of `first` is left";
  EXPECT_EQ(send(queue, 4), "t");
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 2);
  EXPECT_EQ(send(queue, 100), "copied");
  EXPECT_EQ(send(queue, 100), "second");
  EXPECT_EQ(second.use_count(), 1);
}

TEST(OutputQueue, GathersPiecesUpToAFileAndRemovesAnyNumberOfThem) {
  OutputQueue queue;
  append(queue, "head ");
  queue.append_shared("shared ", nullptr);
  queue.append_file(nullptr, 0, 100);
  append(queue, "tail");
  std::array<iovec, 4> parts;
  ASSERT_EQ(queue.gather(parts), 2u);
  EXPECT_EQ(parts[0].iov_len, 5u);
  EXPECT_EQ(parts[1].iov_len, 7u);
  EXPECT_EQ(queue.gather(std::span(parts).first(1)), 1u);
  queue.remove(7);
  ASSERT_EQ(queue.gather(parts), 1u);
  EXPECT_EQ(parts[0].iov_len, 5u);
  queue.remove(5 + 30);
  EXPECT_EQ(queue.gather(parts), 0u);
  ASSERT_NE(queue.first_file(), nullptr);
  EXPECT_EQ(queue.first_file()->size, 70u);
  queue.remove(70 + 4);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.held(), 0u);
}

TEST(OutputQueue, HoldsNothingWhenAllIsSent) {
  OutputQueue queue;
  std::string all;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16},
                                 std::size_t{70'000}, std::size_t{3}}) {
    const std::string bytes(size, static_cast<char>('a' + size % 26));
    append(queue, bytes);
    all += bytes;
  }
  queue.prepend("first");
  std::string sent;
  while (!queue.empty()) sent += send(queue, 1000);
  EXPECT_EQ(sent, "first" + all);
  EXPECT_EQ(queue.held(), 0u);
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace mastic::net
