// Decodes the chunked coding: chunks, extensions and trailers. RFC 9112 §7.1.

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

/// Decodes one chunked body. Does no input or output of its own, and allocates only for trailers.
///
///     size [;name[=value]]* CR LF data CR LF ... 0 [;...] CR LF [trailer CR LF]* CR LF
///
/// Feed the decoder bytes as they arrive, in pieces of any size. The data that `next` returns is a
/// view into those bytes. A size consists of hexadecimal digits only. Extensions are checked and
/// dropped, with the white space around their `;` and `=`. Trailers that would change how a message
/// is framed, routed or authorized are refused.
class ChunkedDecoder {
 public:
  /// `limits` must outlive the decoder.
  explicit ChunkedDecoder(const Limits& limits);

  /// Consumes from `input` and returns the next event; with NeedMore, all of `input` has been
  /// consumed. After End or a failure, `next` must not be called again.
  [[nodiscard]] std::expected<BodyEvent, Malformed> next(
      std::string_view& input MASTIC_LIFETIMEBOUND);

  /// The trailer fields, after End. The view lives as long as the decoder.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND {
    return {trailer_text_.data(), trailer_entries_};
  }

 private:
  enum class State : std::uint8_t {
    SizeStart,
    Size,
    BeforeSemicolon,  ///< in white space that only another extension may follow
    ExtensionName,
    BeforeEquals,  ///< in white space after a name
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
  /// Consumes one byte of framing and returns true. Returns false if the byte is not allowed here.
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
  bool name_begun_ = false;            ///< a character of an extension's name has been read
  std::uint64_t left_ = 0;             ///< bytes left of this chunk's data
  std::uint64_t data_bytes_ = 0;       ///< data of all chunks
  std::uint64_t overhead_bytes_ = 0;   ///< framing of all chunks, without trailers
  std::uint64_t extension_bytes_ = 0;  ///< extensions of this chunk
  std::string trailer_text_;
  std::vector<http::FieldEntry> trailer_entries_;
};

}  // namespace mastic::wire::http1
