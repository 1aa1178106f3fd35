// Parses multipart/form-data: the fields and files of a form. RFC 7578, RFC 2046 §5.1.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/wire/content_fault.h"
#include "mastic/wire/http1/head_scanner.h"
#include "mastic/wire/multipart/limits.h"
#include "mastic/wire/multipart/part_head.h"

namespace mastic::wire::multipart {

/// What the parser has found.
struct Event {
  enum class Kind : std::uint8_t {
    NeedMore,   ///< all input has been consumed
    PartBegin,  ///< a part begins; MultipartParser::part describes it
    Data,       ///< bytes of the part's content
    PartEnd,    ///< the part is complete
    End,        ///< the form is complete
  };
  Kind kind;
  std::string_view data = {};  ///< for Data: never empty
};

/// Parses one form, without input or output of its own. Allocates only for the heads of parts.
///
///     [preamble CR LF] --boundary CR LF
///     field CR LF field CR LF CR LF content CR LF --boundary CR LF      (each part but the last)
///     field CR LF field CR LF CR LF content CR LF --boundary-- [epilogue]
///
/// Feed the parser bytes as they arrive, in pieces of any size. Where the bytes are cut makes no
/// difference, except that the content of a part comes in other pieces. Data are views into the
/// input, or into the parser.
///
/// 1. A boundary counts only after CR LF or at the start, and before CR LF or `--`. Text that only
///    begins like a boundary is content. A boundary before a bare LF is refused.
/// 2. The delimiter, CR LF `--` boundary, has its only CR at its start. So where a match fails, the
///    next match cannot begin before that place. And bytes that have matched need not be kept,
///    because they are the beginning of `delimiter_`.
class MultipartParser {
 public:
  /// Parses a form whose parts are separated by `boundary` (find_boundary).
  MultipartParser(std::string_view boundary, const Limits& limits);

  /// Consumes from `input` and returns the next event. After End, feed it what follows all the
  /// same, because only 1 KiB of it is allowed. After a failure, `next` must not be called again.
  [[nodiscard]] std::expected<Event, ContentFault> next(
      std::string_view& input MASTIC_LIFETIMEBOUND) MASTIC_LIFETIMEBOUND;

  /// The head of the part that has begun. Valid until the next part begins.
  [[nodiscard]] const PartHead& part() const MASTIC_LIFETIMEBOUND { return part_; }
  /// Whether the last boundary has arrived. If the content ends earlier, the form is incomplete.
  [[nodiscard]] bool is_complete() const { return state_ == State::Epilogue; }

 private:
  using Result = std::expected<Event, ContentFault>;
  enum class State : std::uint8_t {
    Preamble,  ///< before the first delimiter
    Head,
    Content,
    Last,  ///< after the last delimiter, before its End
    Epilogue,
  };

  [[nodiscard]] Result read_head(std::string_view& input);
  [[nodiscard]] Result read_content(std::string_view& input);
  [[nodiscard]] Result read_epilogue(std::string_view& input);
  [[nodiscard]] std::string_view take_content(std::string_view& input);
  [[nodiscard]] std::string_view continue_match(std::string_view& input);
  [[nodiscard]] bool matches(char c) const;
  [[nodiscard]] Result pass_delimiter(std::string_view& input);
  [[nodiscard]] std::string_view delimiter() const {
    return std::string_view(delimiter_).substr(0, delimiter_.size() - 2);
  }

  Limits limits_;
  std::string delimiter_;  ///< CR LF `--` boundary, and the `--` that follows the last one
  State state_ = State::Preamble;
  bool is_last_ = false;     ///< what matches has a `-` after the delimiter, not a CR
  std::size_t matched_ = 2;  ///< how many bytes of a delimiter and its end precede the input
  /// How many of the matched bytes would not be content: the line end before the first delimiter,
  /// which is not there, and that before the content of a part.
  std::size_t skipped_ = 2;
  std::uint64_t parts_ = 0;
  std::uint64_t bytes_ = 0;  ///< of the preamble, of the part's content, or of the epilogue
  std::string head_text_;
  http1::HeadScanner head_scanner_;
  PartHead part_;
};

}  // namespace mastic::wire::multipart
