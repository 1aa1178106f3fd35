// The content of a message, however it is framed. RFC 9112 §6.

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

/// Decodes one body; make a new one for the next.
class BodyDecoder {
 public:
  /// `limits` must outlive the decoder.
  BodyDecoder(Framing framing, const Limits& limits) : framing_(framing) {
    if (framing.kind == Framing::Kind::Chunked) chunked_.emplace(limits);
  }

  /// Consumes from `input` and returns the next event; views point into `input`. After End, or
  /// after a failure, the decoder is spent.
  [[nodiscard]] std::expected<BodyEvent, Malformed> next(
      std::string_view& input MASTIC_LIFETIMEBOUND);

  /// The input will not go on. True when that ends the content well: only `UntilClose` ends so.
  [[nodiscard]] bool may_end_here() const { return framing_.kind == Framing::Kind::UntilClose; }

  /// How many bytes of content are still to come, when that is known.
  [[nodiscard]] std::uint64_t bytes_left() const { return framing_.length; }
  [[nodiscard]] Framing::Kind kind() const { return framing_.kind; }

  /// After End: the trailer fields, which live as long as the decoder.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND;

 private:
  Framing framing_;  ///< its length counts down
  std::optional<ChunkedDecoder> chunked_;
};

}  // namespace mastic::wire::http1
