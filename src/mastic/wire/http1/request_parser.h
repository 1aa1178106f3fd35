// Parses requests: head, content, end. RFC 9112.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"
#include "mastic/wire/http1/body_decoder.h"
#include "mastic/wire/http1/head_scanner.h"
#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"
#include "mastic/wire/http1/request_head.h"

namespace mastic::wire::http1 {

/// Parses one request. Does no input or output of its own. Make a new parser for the next request.
///
///     while (true) {
///       const auto event = parser.next(input);      // input: bytes that were not consumed yet
///       if (event.kind == Kind::NeedMore) break;    // all of them were consumed
///       ...
///     }
///
/// The events are Head, Data*, End. Malformed may come at any point; then nothing more may be read
/// from the connection. One empty line before a request is skipped (RFC 9112 §2.2).
class RequestParser {
 public:
  /// What was found next in the input.
  struct Event {
    enum class Kind : std::uint8_t { NeedMore, Head, Data, End, Malformed };
    Kind kind = Kind::NeedMore;
    std::string_view data;  ///< for Data: a piece of the content, a view into the input
  };

  /// The head and its fields are stored in `memory`. Both arguments must outlive the parser.
  RequestParser(const Limits& limits, base::Arena& memory)
      : limits_(limits), memory_(memory), scanner_(HeadLimits::of_header(limits)) {}

  /// Consumes from `input` and returns the next event.
  [[nodiscard]] Event next(std::string_view& input MASTIC_LIFETIMEBOUND) {
    return body_ ? read_body(input) : read_head(input);
  }

  /// The head, after the event Head. Its views point into the memory given to the constructor.
  [[nodiscard]] const RequestHead& head() const MASTIC_LIFETIMEBOUND { return head_; }
  /// The trailer fields, after End. The view lives as long as the parser.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND { return body_->trailers(); }
  /// What is wrong, after Malformed.
  [[nodiscard]] const Malformed& fault() const MASTIC_LIFETIMEBOUND { return fault_; }

  /// Whether a byte of the request has arrived. An empty line before the request does not count.
  [[nodiscard]] bool has_begun() const { return !partial_.empty() || body_; }
  /// The method to assume when a request that is malformed or incomplete is answered: Head, if the
  /// answer must have no content.
  [[nodiscard]] http::Method begun_method() const;
  /// Whether the event Head was returned.
  [[nodiscard]] bool has_head() const { return body_.has_value(); }
  /// Whether the event End was returned.
  [[nodiscard]] bool has_ended() const { return ended_; }
  /// How many bytes of content are still to come, if the framing tells their number; 0 otherwise.
  [[nodiscard]] std::uint64_t bytes_left() const { return body_ ? body_->bytes_left() : 0; }
  /// Whether content is still to come, and the framing does not tell how much.
  [[nodiscard]] bool has_open_end() const {
    return body_ && !ended_ && body_->kind() == Framing::Kind::Chunked;
  }

 private:
  enum class LeadingLine : std::uint8_t { Unseen, CarriageReturn, Passed };

  Event read_head(std::string_view& input);
  Event parse_head(std::string_view head);

  // Not inlined, because most heads arrive in one piece and need none of these functions.

  /// Skips one empty line before the request, if there is one, and returns true. Returns false if
  /// there is a carriage return without a line feed.
  [[nodiscard, gnu::noinline]] bool pass_leading_line(std::string_view& input);
  [[gnu::noinline]] Event read_more_of_head(std::string_view& input);
  /// Keeps the beginning of a head, because the end has not arrived yet. Fails if `size`, the
  /// scanner's result, is a fault, or if the bytes cannot be the beginning of a request.
  [[gnu::noinline]] Event keep_beginning(std::string_view& input, Read<std::size_t> size);

  Event read_body(std::string_view& input);
  Event fail(const Malformed& fault);

  const Limits& limits_;
  base::Arena& memory_;
  HeadScanner scanner_;
  std::string partial_;  ///< bytes of a head that did not arrive in one piece
  RequestHead head_;
  std::optional<BodyDecoder> body_;  ///< set when the head was read
  Malformed fault_{};
  LeadingLine leading_ = LeadingLine::Unseen;
  bool begins_with_head_ = false;  ///< whether the method of an unread head is HEAD
  bool ended_ = false;
};

}  // namespace mastic::wire::http1
