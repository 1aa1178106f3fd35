#include "mastic/wire/coding/codecs.h"

#ifdef MASTIC_BROTLI

#include <brotli/decode.h>

#include <new>

namespace mastic::wire::coding {
namespace {

/// Decodes br (RFC 7932). Windows of more than 16 MiB, which are no part of the RFC, are malformed.
class BrotliCodec final : public Codec {
 public:
  BrotliCodec() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
  }
  ~BrotliCodec() override { BrotliDecoderDestroyInstance(state_); }
  BrotliCodec(const BrotliCodec&) = delete;
  BrotliCodec& operator=(const BrotliCodec&) = delete;

  Step decode(std::string_view& input, std::string& output) override {
    if (is_complete()) return {};  // more input is then refused, because none of it is taken
    std::size_t input_left = input.size();
    const auto* next_input = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t output_left = output.size();
    auto* next_output = reinterpret_cast<std::uint8_t*>(output.data());
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state_, &input_left, &next_input, &output_left, &next_output, nullptr);
    input.remove_prefix(input.size() - input_left);
    return {.is_malformed = result == BROTLI_DECODER_RESULT_ERROR,
            .written = output.size() - output_left};
  }
  [[nodiscard]] bool is_complete() const override {
    return BrotliDecoderIsFinished(state_) == BROTLI_TRUE;
  }
  [[nodiscard]] std::uint64_t memory_bytes() const override { return 16 << 20; }

 private:
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<Codec> make_brotli_codec() { return std::make_unique<BrotliCodec>(); }

}  // namespace mastic::wire::coding

#else

namespace mastic::wire::coding {

std::unique_ptr<Codec> make_brotli_codec() { return nullptr; }

}  // namespace mastic::wire::coding

#endif
