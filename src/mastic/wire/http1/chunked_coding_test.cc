#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "mastic/wire/http1/chunked_decoder.h"
#include "mastic/wire/http1/chunked_encoder.h"

namespace mastic::wire::http1 {
namespace {

using BodyKind = BodyEvent::Kind;

std::string encode(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) {
    if (!piece.empty()) out.append(ChunkStart(piece.size()).text()).append(piece).append(kChunkEnd);
  }
  return out.append(kLastChunk).append(kChunkEnd);
}

/// The decoded data, or nullopt when the coding is refused or not complete.
std::optional<std::string> decode(std::string_view bytes, std::size_t piece_size) {
  const Limits limits;
  ChunkedDecoder decoder(limits);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const auto event = decoder.next(input);
      if (!event) return std::nullopt;
      if (event->kind == BodyKind::NeedMore) break;
      if (event->kind == BodyKind::End) return out;
      out += event->data;
    }
  }
  return std::nullopt;
}

TEST(ChunkedCoding, DecodesEncodedDataInPiecesOfAnySize) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& pieces) {
    std::string whole;
    for (const std::string& piece : pieces) whole += piece;
    const auto piece_size = *rc::gen::inRange<std::size_t>(1, 40);
    RC_ASSERT(decode(encode(pieces), piece_size) == whole);
  }));
}

TEST(ChunkedCoding, AcceptsLargeChunks) {
  const std::vector<std::string> pieces(1000, std::string(8192, 'x'));
  EXPECT_EQ(decode(encode(pieces), 65536)->size(), 1000u * 8192);
}

TEST(ChunkedCoding, RejectsSizeThatOverflows) {
  EXPECT_FALSE(decode("ffffffffffffffffff\r\nx", 100));
}

TEST(ChunkedCoding, RefusesBytesAfterTheEnd) {
  const Limits limits;
  ChunkedDecoder decoder(limits);
  std::string_view input = "0\r\n\r\nx";
  EXPECT_EQ(decoder.next(input)->kind, BodyKind::End);
  EXPECT_EQ(input, "x");
  EXPECT_FALSE(decoder.next(input));
}

}  // namespace
}  // namespace mastic::wire::http1
