// Decodes the content of a message, however it is framed. RFC 9112 §6.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/http/fields.h"
#include "mastic/wire/http1/body_event.h"
#include "mastic/wire/http1/chunked_decoder.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// Decodes one body. Make a new decoder for the next body.
class BodyDecoder {
 public:
  /// `limits` must outlive the decoder.
  BodyDecoder(Framing framing, const Limits& limits) : framing_(framing) {
    if (framing.kind == Framing::Kind::Chunked) chunked_.emplace(limits);
  }

  /// Consumes from `input` and returns the next event. Views point into `input`. After End or a
  /// failure, `next` must not be called again.
  [[nodiscard]] std::expected<BodyEvent, Malformed> next(
      std::string_view& input MASTIC_LIFETIMEBOUND);

  /// Whether the content is complete if the connection ends now. True for `UntilClose` only.
  [[nodiscard]] bool may_end_here() const { return framing_.kind == Framing::Kind::UntilClose; }

  /// How many bytes of content are still to come, if the framing tells their number; 0 otherwise.
  [[nodiscard]] std::uint64_t bytes_left() const { return framing_.length; }
  /// How the content is framed.
  [[nodiscard]] Framing::Kind kind() const { return framing_.kind; }

  /// The trailer fields, after End. The view lives as long as the decoder.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND;

 private:
  Framing framing_;  ///< `length` is the number of bytes left
  std::optional<ChunkedDecoder> chunked_;
};

}  // namespace mastic::wire::http1
