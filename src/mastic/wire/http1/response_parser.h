// Responses, read: for clients, proxies and tests. RFC 9112 §4 and §6.3.

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

/// Views into the memory that the parser keeps heads in.
struct ResponseHeadView {
  http::Version version = http::Version::Http11;
  http::Status status = http::Status::Ok;
  std::string_view reason;
  http::FieldsView fields;
  Framing framing;
  bool keep_alive = true;
};

/// Parses one response without input or output, as strictly as RequestParser. An interim response
/// (1xx) is a response of its own: make a new parser for what follows it.
class ResponseParser {
 public:
  struct Event {
    enum class Kind : std::uint8_t { NeedMore, Head, Data, End, Malformed };
    Kind kind = Kind::NeedMore;
    std::string_view data;  ///< of Data: a piece of the content, a view into the input
  };

  /// `method` is that of the request: an answer to HEAD has no content whatever its fields say. The
  /// other arguments must outlive the parser.
  ResponseParser(http::Method method, const Limits& limits, base::Arena& memory)
      : method_(method),
        limits_(limits),
        memory_(memory),
        scanner_(HeadLimits::of_header(limits)) {}

  [[nodiscard]] Event next(std::string_view& input MASTIC_LIFETIMEBOUND);

  /// The connection has ended. End when that completes the response, Malformed when it cuts it
  /// short.
  [[nodiscard]] Event end_of_input();

  [[nodiscard]] const ResponseHeadView& head() const MASTIC_LIFETIMEBOUND { return *head_; }
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND { return body_->trailers(); }
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
