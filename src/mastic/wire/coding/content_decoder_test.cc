#include "mastic/wire/coding/content_decoder.h"

#include <gtest/gtest.h>
#ifdef MASTIC_ZSTD
#include <zstd.h>
#endif

#include <string>

#include "mastic/base/text.h"
#include "mastic/wire/coding/gzip_testing.h"

namespace mastic::wire::coding {
namespace {

using http::ContentCoding;

constexpr DecodeLimits kEnough{.max_bytes = 1 << 30, .max_ratio = 1 << 20};

// The two are one: the second was made of the first with libbrotlienc, quality 11.
constexpr std::string_view kPlain = "Two teas, two teas, two teas: one for Ada, one for you.\n";
constexpr std::string_view kBrotli(
    "\x1b\x37\x00\xf8\x8d\xc4\x38\x16\xf2\x8f\x41\xaa\x4a\x3a\x39\xd2\xcf\xbf\xe6\x59\xe0\x81\x7c"
    "\x2b"
    "\x0e\x7a\x29\xdc\xc1\x06\x1c\x38\xc4\x49\x02\x0b\xc1\x9d\x80\x02\xfa\x58\xe4\xdd\x0f\x5e\x3d"
    "\x61"
    "\xcd\x72\x57\x23\xc2\x58\x0a",
    55);

/// The decoded content; or the status of the refusal; or "incomplete".
std::string decode(ContentCoding coding, std::string_view bytes, std::size_t piece_size,
                   DecodeLimits limits = kEnough) {
  ContentDecoder decoder(coding, limits);
  std::string content;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const auto piece = decoder.next(input);
      if (!piece) return std::to_string(static_cast<int>(piece.error().status));
      EXPECT_LE(piece->size(), 64u << 10);
      content += *piece;
      if (piece->empty()) break;
    }
  }
  return decoder.is_complete() ? content : "incomplete";
}

std::string some_text(std::size_t size) {
  std::string text;
  std::uint32_t number = 1;
  while (text.size() < size) {
    number = number * 1664525 + 1013904223;
    base::append_decimal(text, number);
    text += " teas, ";
  }
  return text;
}

TEST(ContentDecoder, DecodesGzipInPiecesOfAnySize) {
  const std::string text = some_text(300'000);
  const std::string coded = gzip(text);
  for (const std::size_t size : {1uz, 7uz, 1000uz, coded.size()}) {
    EXPECT_EQ(decode(ContentCoding::Gzip, coded, size), text);
  }
  EXPECT_EQ(decode(ContentCoding::Gzip, gzip(""), 100), "");
}

TEST(ContentDecoder, DecodesSeveralMembersInARow) {
  EXPECT_EQ(decode(ContentCoding::Gzip, gzip("one ") + gzip("") + gzip("two"), 5), "one two");
}

TEST(ContentDecoder, RefusesWhatFollowsTheEnd) {
  EXPECT_EQ(decode(ContentCoding::Gzip, gzip("one") + "garbage", 1000), "400");
  EXPECT_EQ(decode(ContentCoding::Gzip, gzip("one") + std::string(8, '\0'), 3), "400");
}

TEST(ContentDecoder, RefusesMalformedContent) {
  std::string coded = gzip(some_text(1000));
  coded[coded.size() - 6] ^= 1;  // the checksum
  EXPECT_EQ(decode(ContentCoding::Gzip, coded, 100), "400");
  EXPECT_EQ(decode(ContentCoding::Gzip, "no gzip at all", 100), "400");
  for (const ContentCoding coding : {ContentCoding::Brotli, ContentCoding::Zstd}) {
    if (!can_decode(coding)) continue;
    EXPECT_EQ(decode(coding, "\x91\xff no such thing", 100), "400");
  }
}

TEST(ContentDecoder, SaysWhenContentWasCut) {
  const std::string coded = gzip(some_text(100));
  for (std::size_t size = 0; size < coded.size(); ++size) {
    EXPECT_EQ(decode(ContentCoding::Gzip, coded.substr(0, size), 10), "incomplete");
  }
}

TEST(ContentDecoder, StopsWhereTheContentBecomesTooLarge) {
  const std::string text = some_text(100'000);
  const std::string coded = gzip(text);
  EXPECT_EQ(decode(ContentCoding::Gzip, coded, 1000, {text.size(), 1000}), text);
  EXPECT_EQ(decode(ContentCoding::Gzip, coded, 1000, {text.size() - 1, 1000}), "413");
}

TEST(ContentDecoder, RefusesABombBeforeItGoesOff) {
  const std::string bomb = gzip(std::string(20 << 20, '\0'));
  ContentDecoder decoder(ContentCoding::Gzip, {.max_bytes = 1 << 30, .max_ratio = 100});
  std::string_view input = bomb;
  std::uint64_t produced = 0;
  while (true) {
    const auto piece = decoder.next(input);
    if (!piece) {
      EXPECT_EQ(piece.error().status, http::Status::ContentTooLarge);
      break;
    }
    produced += piece->size();
  }
  EXPECT_LE(produced, 200u << 10);
}

TEST(ContentDecoder, AllowsShortContentOfAnyRatio) {
  const std::string text(60'000, 'x');
  EXPECT_EQ(decode(ContentCoding::Gzip, gzip(text), 1000, {.max_bytes = 1 << 20, .max_ratio = 2}),
            text);
}

TEST(ContentDecoder, DecodesBrotli) {
  if (!can_decode(ContentCoding::Brotli)) GTEST_SKIP() << "built without libbrotlidec";
  EXPECT_EQ(decode(ContentCoding::Brotli, kBrotli, 1), kPlain);
  EXPECT_EQ(decode(ContentCoding::Brotli, std::string(kBrotli) + "x", 100), "400");
  EXPECT_EQ(decode(ContentCoding::Brotli, kBrotli.substr(0, 20), 100), "incomplete");
}

#ifdef MASTIC_ZSTD
std::string zstd(std::string_view text, int window_bits = 0) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_bits);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &from, ZSTD_e_end), 0u);
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

TEST(ContentDecoder, DecodesZstdInPiecesOfAnySize) {
  const std::string text = some_text(300'000);
  const std::string coded = zstd(text);
  for (const std::size_t size : {1uz, 7uz, 1000uz, coded.size()}) {
    EXPECT_EQ(decode(ContentCoding::Zstd, coded, size), text);
  }
  EXPECT_EQ(decode(ContentCoding::Zstd, zstd("one ") + zstd("two"), 4), "one two");
  EXPECT_EQ(decode(ContentCoding::Zstd, zstd("one") + "garbage", 100), "400");
  EXPECT_EQ(decode(ContentCoding::Zstd, coded.substr(0, 100), 100), "incomplete");
}

TEST(ContentDecoder, RefusesZstdThatNeedsALargeWindow) {
  const std::string text(9 << 20, 'x');
  EXPECT_EQ(decode(ContentCoding::Zstd, zstd(text, 23), 1000), text);
  EXPECT_EQ(decode(ContentCoding::Zstd, zstd(text, 24), 1000), "400");
}
#endif

}  // namespace
}  // namespace mastic::wire::coding
