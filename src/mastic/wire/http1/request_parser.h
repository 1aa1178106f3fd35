// Requests, read: head, content, end. RFC 9112.

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

/// Parses one request without input or output. Make a new one for the next.
///
///     while (true) {
///       const auto event = parser.next(input);      // input: what has arrived and was not taken
///       if (event.kind == Kind::NeedMore) break;    // all of it was taken
///       ...
///     }
///
/// The order is Head, Data*, End; Malformed ends it anywhere, and then no more may be read from the
/// connection. One empty line before a request is passed over (RFC 9112 §2.2).
class RequestParser {
 public:
  struct Event {
    enum class Kind : std::uint8_t { NeedMore, Head, Data, End, Malformed };
    Kind kind = Kind::NeedMore;
    std::string_view data;  ///< of Data: a piece of the content, a view into the input
  };

  /// The head and its fields are kept in `memory`; both arguments must outlive the parser.
  RequestParser(const Limits& limits, base::Arena& memory)
      : limits_(limits), memory_(memory), scanner_(HeadLimits::of_header(limits)) {}

  /// Consumes from `input` and returns the next event.
  [[nodiscard]] Event next(std::string_view& input MASTIC_LIFETIMEBOUND) {
    return body_ ? read_body(input) : read_head(input);
  }

  /// From the event Head on; lives as long as the memory given.
  [[nodiscard]] const RequestHead& head() const MASTIC_LIFETIMEBOUND { return head_; }
  /// After End; lives as long as the parser.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND { return body_->trailers(); }
  /// After Malformed.
  [[nodiscard]] const Malformed& fault() const MASTIC_LIFETIMEBOUND { return fault_; }

  /// An empty line before the request is none of it.
  [[nodiscard]] bool has_begun() const { return !partial_.empty() || body_; }
  /// The method, as far as it matters for answering a request that is malformed or incomplete.
  [[nodiscard]] http::Method begun_method() const;
  [[nodiscard]] bool has_head() const { return body_.has_value(); }
  [[nodiscard]] bool has_ended() const { return ended_; }
  /// The content that is still to come, as far as its framing tells; 0 when it does not.
  [[nodiscard]] std::uint64_t bytes_left() const { return body_ ? body_->bytes_left() : 0; }
  /// Whether content is still to come, and its framing does not tell how much.
  [[nodiscard]] bool has_open_end() const {
    return body_ && !ended_ && body_->kind() == Framing::Kind::Chunked;
  }

 private:
  enum class LeadingLine : std::uint8_t { Unseen, CarriageReturn, Passed };

  Event read_head(std::string_view& input);
  Event parse_head(std::string_view head);

  // Out of line: most heads arrive in one piece, and need none of these.

  /// Passes over one empty line before the request; false when a lone carriage return stands there.
  [[nodiscard, gnu::noinline]] bool pass_leading_line(std::string_view& input);
  [[gnu::noinline]] Event read_more_of_head(std::string_view& input);
  /// The head has no end yet, or is malformed: `size` is what the scanner said of it.
  [[gnu::noinline]] Event keep_beginning(std::string_view& input, Read<std::size_t> size);

  Event read_body(std::string_view& input);
  Event fail(const Malformed& fault);

  const Limits& limits_;
  base::Arena& memory_;
  HeadScanner scanner_;
  std::string partial_;  ///< the head's bytes, when they did not arrive in one piece
  RequestHead head_;
  std::optional<BodyDecoder> body_;  ///< once the head was read
  Malformed fault_{};
  LeadingLine leading_ = LeadingLine::Unseen;
  bool begins_with_head_ = false;  ///< the method of a head that was not read whole, or not well
  bool ended_ = false;
};

}  // namespace mastic::wire::http1
