// Parses responses, for clients, proxies and tests. RFC 9112 §4 and §6.3.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"
#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/http/status.h"
#include "mastic/http/version.h"
#include "mastic/wire/http1/body_decoder.h"
#include "mastic/wire/http1/head_scanner.h"
#include "mastic/wire/http1/limits.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// The head of a response. Its views point into the memory given to the parser.
struct ResponseHeadView {
  http::Version version = http::Version::Http11;
  http::Status status = http::Status::Ok;
  std::string_view reason;
  http::FieldsView fields;
  Framing framing;
  bool keep_alive = true;
};

/// Parses one response, as strictly as RequestParser parses a request. Does no input or output of
/// its own. An interim response (1xx) counts as a response: make a new parser for the response that
/// follows it.
class ResponseParser {
 public:
  /// What was found next in the input.
  struct Event {
    enum class Kind : std::uint8_t { NeedMore, Head, Data, End, Malformed };
    Kind kind = Kind::NeedMore;
    std::string_view data;  ///< for Data: a piece of the content, a view into the input
  };

  /// `method` is the method of the request: a response to HEAD has no content, whatever its fields
  /// say. The head is stored in `memory`. `limits` and `memory` must outlive the parser.
  ResponseParser(http::Method method, const Limits& limits, base::Arena& memory)
      : method_(method),
        limits_(limits),
        memory_(memory),
        scanner_(HeadLimits::of_header(limits)) {}

  /// Consumes from `input` and returns the next event. The events are Head, Data*, End, or
  /// Malformed at any point.
  [[nodiscard]] Event next(std::string_view& input MASTIC_LIFETIMEBOUND);

  /// Call this when the connection has ended. Returns End if the end of the connection completes
  /// the response, and Malformed if the response is cut short.
  [[nodiscard]] Event end_of_input();

  /// The head, after the event Head.
  [[nodiscard]] const ResponseHeadView& head() const MASTIC_LIFETIMEBOUND { return *head_; }
  /// The trailer fields, after End. The view lives as long as the parser.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND { return body_->trailers(); }
  /// What is wrong, after Malformed.
  [[nodiscard]] const Malformed& fault() const MASTIC_LIFETIMEBOUND { return fault_; }

 private:
  Event read_head(std::string_view& input);
  [[nodiscard]] std::expected<ResponseHeadView, Malformed> parse_head(std::string_view text);
  [[nodiscard]] Framing choose_framing(std::optional<Framing> said, http::Status status) const;
  Event fail(Malformed fault);

  http::Method method_;
  const Limits& limits_;
  base::Arena& memory_;
  HeadScanner scanner_;
  std::string partial_;
  std::optional<ResponseHeadView> head_;
  std::optional<BodyDecoder> body_;
  Malformed fault_{};
};

}  // namespace mastic::wire::http1
