#include "mastic/wire/coding/codecs.h"

#ifdef MASTIC_ZSTD

#include <zstd.h>

#include <new>

namespace mastic::wire::coding {
namespace {

/// Decodes zstd (RFC 8878): one or several frames. A frame that needs a window of more than 8 MiB
/// is malformed, as in browsers (RFC 9659).
class ZstdCodec final : public Codec {
 public:
  ZstdCodec() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    constexpr int kWindowBits = 23;
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowBits);
  }
  ~ZstdCodec() override { ZSTD_freeDCtx(context_); }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  Step decode(std::string_view& input, std::string& output) override {
    if (is_complete_ && input.empty()) return {};  // a call would begin another frame
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_, &out, &in);
    input.remove_prefix(in.pos);
    is_complete_ = result == 0;
    return {.is_malformed = ZSTD_isError(result) != 0, .written = out.pos};
  }
  [[nodiscard]] bool is_complete() const override { return is_complete_; }
  [[nodiscard]] std::uint64_t memory_bytes() const override { return 9 << 20; }

 private:
  ZSTD_DCtx* context_;
  bool is_complete_ = false;
};

}  // namespace

std::unique_ptr<Codec> make_zstd_codec() { return std::make_unique<ZstdCodec>(); }

}  // namespace mastic::wire::coding

#else

namespace mastic::wire::coding {

std::unique_ptr<Codec> make_zstd_codec() { return nullptr; }

}  // namespace mastic::wire::coding

#endif
