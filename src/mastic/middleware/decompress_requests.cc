#include "mastic/middleware/decompress_requests.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/app/http_error.h"
#include "mastic/base/text.h"
#include "mastic/wire/coding/content_decoder.h"

namespace mastic::middleware {
namespace {

using app::Body;
using app::ContentError;
using app::Task;
using http::ContentCoding;
using http::FieldName;
using wire::coding::ContentDecoder;

/// Decodes the content of a request while it is pulled.
class DecodedContent final : public app::BodySource {
 public:
  DecodedContent(Body content, ContentCoding coding, wire::coding::DecodeLimits limits)
      : content_(std::move(content)), decoder_(coding, limits) {}

  Task<std::optional<std::string_view>> next() override {
    while (true) {
      const auto piece = decoder_.next(input_);
      if (!piece) throw ContentError(piece.error().status, std::string(piece.error().reason));
      if (!piece->empty()) co_return *piece;
      const auto more = co_await content_.next();
      if (!more) break;
      input_ = *more;
    }
    if (!decoder_.is_complete()) {
      throw ContentError(http::Status::BadRequest, "The compressed content is cut short.");
    }
    co_return std::nullopt;
  }
  [[nodiscard]] std::uint64_t held_bytes() const override {
    return content_.held_bytes() + decoder_.memory_bytes();
  }
  void hold(std::uint64_t bytes) override { content_.hold(bytes); }

 private:
  Body content_;
  ContentDecoder decoder_;
  std::string_view input_;  ///< what the decoder has not taken of the last piece
};

/// The coding of the content; nothing if it cannot be decoded here.
std::optional<ContentCoding> find_coding(std::string_view name) {
  if (base::equal_ignoring_case(name, "x-gzip")) return ContentCoding::Gzip;  // RFC 9110 §8.4.1.3
  for (const ContentCoding coding :
       {ContentCoding::Identity, ContentCoding::Gzip, ContentCoding::Brotli, ContentCoding::Zstd}) {
    if (!base::equal_ignoring_case(name, http::to_string(coding))) continue;
    if (coding == ContentCoding::Identity || wire::coding::can_decode(coding)) return coding;
  }
  return std::nullopt;
}

app::Response refuse_coding(app::Request& request) {
  const std::string_view known = wire::coding::decodable_codings();
  app::Response refusal = app::error_response(
      request, http::Status::UnsupportedMediaType,
      "Content may have one of these content codings here: " + std::string(known) + ".");
  refusal.fields.set(FieldName::AcceptEncoding, known);
  return refusal;
}

/// The head of a request without the fields that speak of its compressed content.
struct UncodedHead {
  http::Fields fields;
  http::RequestHead head;
};

void remove_coding_fields(app::Request& request) {
  auto& uncoded = request.ext<UncodedHead>();
  uncoded.fields = http::Fields(request.fields());
  uncoded.fields.remove(FieldName::ContentEncoding);
  uncoded.fields.remove(FieldName::ContentLength);
  uncoded.head = request.facts().head;
  uncoded.head.fields = uncoded.fields.view();
  replace_head(request, uncoded.head);
}

}  // namespace

void DecompressRequestsOptions::describe(base::OptionTable& table) {
  table.count("max_decompress_ratio", max_decompress_ratio,
              "How many times larger than what was sent the content may become. Beyond it: 413. It "
              "does not hold for the first 64 KiB.");
  table.size("max_body_bytes", max_body_bytes,
             "Maximum size of the decompressed content; 0 for max_body_bytes of the server. Beyond "
             "it: 413.");
}

base::Result<void> DecompressRequestsOptions::check() const {
  return base::require_some({{"max_decompress_ratio", max_decompress_ratio}});
}

std::optional<app::Response> DecompressRequests::before(app::Request& request) const {
  if (!request.field(FieldName::ContentEncoding)) return std::nullopt;
  const auto coding = find_coding(request.fields().joined(FieldName::ContentEncoding));
  if (!coding) return refuse_coding(request);
  Body& body = request.body();
  const bool has_content = !body.is_taken() && body.size() != std::uint64_t{0};
  if (*coding != ContentCoding::Identity && has_content) {
    const std::uint64_t most = options_.max_body_bytes != 0 ? options_.max_body_bytes
                                                            : request.exchange().max_body_bytes();
    auto decoded = std::make_unique<DecodedContent>(
        std::exchange(body, Body()), *coding,
        wire::coding::DecodeLimits{most, options_.max_decompress_ratio});
    request.exchange().hold(decoded->held_bytes());
    body = Body(std::move(decoded));
  }
  remove_coding_fields(request);
  return std::nullopt;
}

}  // namespace mastic::middleware
