#include <zlib.h>

#include <new>

#include "mastic/wire/coding/codecs.h"

namespace mastic::wire::coding {
namespace {

/// Decodes gzip (RFC 1952): one or several members. Their checksums are checked.
class GzipCodec final : public Codec {
 public:
  GzipCodec() {
    constexpr int kWindowBits = 15;
    constexpr int kOnlyGzip = 16;  // and not the format that RFC 9110 calls deflate
    if (inflateInit2(&stream_, kWindowBits + kOnlyGzip) != Z_OK) throw std::bad_alloc();
  }
  ~GzipCodec() override { inflateEnd(&stream_); }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  Step decode(std::string_view& input, std::string& output) override {
    if (is_complete_ && !input.empty()) {  // another member
      if (inflateReset(&stream_) != Z_OK) return {.is_malformed = true};
      is_complete_ = false;
    }
    if (is_complete_) return {};
    // zlib does not write to its input, but its C interface takes no const.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // NOLINT
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(output.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input.remove_prefix(input.size() - stream_.avail_in);
    is_complete_ = result == Z_STREAM_END;
    // Z_BUF_ERROR says that there was nothing to do.
    const bool is_well = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    return {.is_malformed = !is_well, .written = output.size() - stream_.avail_out};
  }
  [[nodiscard]] bool is_complete() const override { return is_complete_; }
  [[nodiscard]] std::uint64_t memory_bytes() const override { return 48 << 10; }

 private:
  z_stream stream_{};
  bool is_complete_ = false;
};

}  // namespace

std::unique_ptr<Codec> make_gzip_codec() { return std::make_unique<GzipCodec>(); }

}  // namespace mastic::wire::coding
