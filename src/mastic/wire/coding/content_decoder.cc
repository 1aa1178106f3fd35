#include "mastic/wire/coding/content_decoder.h"

#include "mastic/base/assert.h"
#include "mastic/wire/coding/codecs.h"

namespace mastic::wire::coding {
namespace {

using http::ContentCoding;

constexpr std::size_t kPieceBytes = 64 << 10;
/// How much content may become before its ratio counts.
constexpr std::uint64_t kFreeBytes = 64 << 10;

#ifdef MASTIC_BROTLI
constexpr bool kHasBrotli = true;
#else
constexpr bool kHasBrotli = false;
#endif
#ifdef MASTIC_ZSTD
constexpr bool kHasZstd = true;
#else
constexpr bool kHasZstd = false;
#endif

std::unique_ptr<Codec> make_codec(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::Gzip:
      return make_gzip_codec();
    case ContentCoding::Brotli:
      return make_brotli_codec();
    case ContentCoding::Zstd:
      return make_zstd_codec();
    case ContentCoding::Identity:
      break;
  }
  return nullptr;
}

std::unexpected<ContentFault> content_fault(http::Status status, std::string_view reason) {
  return std::unexpected(ContentFault{status, reason});
}

}  // namespace

bool can_decode(ContentCoding coding) {
  return coding == ContentCoding::Gzip || (coding == ContentCoding::Brotli && kHasBrotli) ||
         (coding == ContentCoding::Zstd && kHasZstd);
}

std::string_view decodable_codings() {
  if (kHasBrotli && kHasZstd) return "gzip, br, zstd";
  if (kHasBrotli) return "gzip, br";
  return kHasZstd ? "gzip, zstd" : "gzip";
}

ContentDecoder::ContentDecoder(ContentCoding coding, DecodeLimits limits)
    : codec_(make_codec(coding)), limits_(limits), output_(kPieceBytes, '\0') {
  MASTIC_ASSERT(codec_ != nullptr);
}

std::uint64_t ContentDecoder::memory_bytes() const {
  return codec_->memory_bytes() + output_.capacity();
}

std::expected<std::string_view, ContentFault> ContentDecoder::next(std::string_view& input) {
  while (true) {
    const std::size_t before = input.size();
    const Codec::Step step = codec_->decode(input, output_);
    if (step.is_malformed) {
      return content_fault(http::Status::BadRequest,
                           "The content is not what its Content-Encoding says.");
    }
    consumed_ += before - input.size();
    produced_ += step.written;
    if (produced_ > limits_.max_bytes) {
      return content_fault(http::Status::ContentTooLarge,
                           "The content is too large when it is decompressed.");
    }
    if (produced_ > kFreeBytes && produced_ / limits_.max_ratio > consumed_) {
      return content_fault(http::Status::ContentTooLarge,
                           "The content is compressed more than is allowed here.");
    }
    if (step.written > 0) return std::string_view(output_).substr(0, step.written);
    if (input.empty()) return std::string_view();
    if (input.size() == before) {  // a library that makes no progress would be asked forever
      return content_fault(http::Status::BadRequest, "Something follows the compressed content.");
    }
  }
}

}  // namespace mastic::wire::coding
