// The chunked coding, read: chunks, extensions and trailers. RFC 9112 §7.1.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/http/fields.h"
#include "mastic/wire/http1/body_event.h"
#include "mastic/wire/http1/head_scanner.h"
#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// Decodes one chunked body without input or output; allocates only for trailers.
///
///     size [;name[=value]]* CR LF data CR LF ... 0 [;...] CR LF [trailer CR LF]* CR LF
///
/// Feed it bytes as they arrive, in pieces of any size; it hands back views into those same bytes.
/// Sizes are hexadecimal digits and nothing else; extensions are checked and dropped, with the
/// blanks that may stand around their `;` and `=`. Trailers that would change how a message is
/// framed, routed or authorized are refused.
class ChunkedDecoder {
 public:
  /// `limits` must outlive the decoder.
  explicit ChunkedDecoder(const Limits& limits);

  /// Consumes from `input` and returns the next event; NeedMore consumes all of it. After End or a
  /// failure the decoder is spent.
  [[nodiscard]] std::expected<BodyEvent, Malformed> next(
      std::string_view& input MASTIC_LIFETIMEBOUND);

  /// After End: the trailer fields, which live as long as the decoder.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND {
    return {trailer_text_.data(), trailer_entries_};
  }

 private:
  enum class State : std::uint8_t {
    SizeStart,
    Size,
    BeforeSemicolon,  ///< in blanks that only another extension may follow
    ExtensionName,
    BeforeEquals,  ///< in blanks after a name
    ExtensionValueStart,
    ExtensionToken,
    ExtensionQuoted,
    ExtensionEscape,
    ExtensionEnd,
    SizeLineFeed,
    Data,
    DataCarriageReturn,
    DataLineFeed,
    Trailers,
    Done,
  };
  /// Moves on by one byte of framing; false when it may not stand here.
  [[nodiscard]] bool step(char c);
  [[nodiscard]] bool step_size(char c);
  [[nodiscard]] bool step_extension(char c);
  [[nodiscard]] bool step_name(char c);
  [[nodiscard]] bool after_extension(char c);
  [[nodiscard]] std::expected<BodyEvent, Malformed> read_trailers(std::string_view& input);

  const Limits* limits_;
  HeadScanner trailer_scanner_;
  State state_ = State::SizeStart;
  std::uint8_t size_digits_ = 0;
  bool name_begun_ = false;            ///< of an extension: a character of it has come
  std::uint64_t left_ = 0;             ///< of this chunk's data
  std::uint64_t data_bytes_ = 0;       ///< of all chunks
  std::uint64_t overhead_bytes_ = 0;   ///< of all framing
  std::uint64_t extension_bytes_ = 0;  ///< of this chunk
  std::string trailer_text_;
  std::vector<http::FieldEntry> trailer_entries_;
};

}  // namespace mastic::wire::http1
