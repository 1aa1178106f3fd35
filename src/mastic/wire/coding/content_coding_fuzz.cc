// Decodes arbitrary bytes with each coding, whole and in pieces. Nothing crashes, the limits hold,
// and where the bytes are cut makes no difference to what is decoded. The first byte chooses the
// coding and the pieces.

#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/wire/coding/content_decoder.h"

namespace {

using namespace mastic::wire::coding;
using mastic::http::ContentCoding;

constexpr DecodeLimits kLimits{.max_bytes = 1 << 20, .max_ratio = 50};

/// The decoded content, or "malformed".
std::string decode(ContentCoding coding, std::string_view bytes, std::size_t piece_size) {
  ContentDecoder decoder(coding, kLimits);
  std::string content;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const std::size_t before = input.size();
      const auto piece = decoder.next(input);
      if (!piece) return "malformed";
      MASTIC_ASSERT(input.size() <= before);
      MASTIC_ASSERT(!piece->empty() || input.empty());
      content += *piece;
      MASTIC_ASSERT(content.size() <= kLimits.max_bytes);
      if (piece->empty()) break;
    }
  }
  return content + (decoder.is_complete() ? " complete" : " incomplete");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr ContentCoding kCodings[] = {ContentCoding::Gzip, ContentCoding::Brotli,
                                        ContentCoding::Zstd};
  const ContentCoding coding = kCodings[data[0] % 3];
  if (!can_decode(coding)) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = decode(coding, bytes, bytes.size());
  const std::size_t piece = 1 + data[0] / 3 % 13;
  // The ratio is that of what has arrived, so pieces may be refused where the whole is not. And
  // libzstd compares the size that a frame announces with that of its content, if the frame ends
  // with an empty block, only when it gets the frame at once.
  const std::string cut = size <= 4096 ? decode(coding, bytes, piece) : whole;
  const bool is_excused = coding == ContentCoding::Zstd && whole == "malformed";
  MASTIC_ASSERT(cut == whole || cut == "malformed" || is_excused);
  return 0;
}
