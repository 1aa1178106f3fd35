#include "mastic/wire/http1/request_parser.h"

namespace mastic::wire::http1 {

using http::Status;

http::Method RequestParser::begun_method() const {
  if (body_) return head_.method;
  return begins_with_head_ ? http::Method::Head : http::Method::Get;
}

/// The two bytes of the empty line may arrive in separate pieces, so the parser notes how much of
/// the line it has seen.
bool RequestParser::pass_leading_line(std::string_view& input) {
  if (leading_ == LeadingLine::Unseen && input.starts_with('\r')) {
    leading_ = LeadingLine::CarriageReturn;
    input.remove_prefix(1);
  }
  if (leading_ == LeadingLine::CarriageReturn && !input.empty()) {
    if (input.front() != '\n') return false;
    leading_ = LeadingLine::Passed;
    input.remove_prefix(1);
  }
  return true;
}

/// A head that arrives in one piece is scanned in the input and copied once, into the arena: the
/// input is the loop's receive buffer and is gone when this turn's handlers run. A head that
/// arrives in several pieces is gathered in `partial_` first.
RequestParser::Event RequestParser::read_head(std::string_view& input) {
  if (!partial_.empty()) return read_more_of_head(input);
  if ((input.starts_with('\r') || leading_ != LeadingLine::Unseen) && !pass_leading_line(input)) {
    return fail({Status::BadRequest, "a line ends without a line feed"});
  }
  if (input.empty()) return {};
  const auto size = scanner_.scan(input);
  if (!size || *size == 0) return keep_beginning(input, size);
  const std::string_view head = memory_.copy({input.data(), *size});
  input.remove_prefix(*size);
  return parse_head(head);
}

RequestParser::Event RequestParser::read_more_of_head(std::string_view& input) {
  if (input.empty()) return {};
  const std::size_t before = partial_.size();
  partial_.append(input);
  const auto size = scanner_.scan(partial_);
  if (!size || *size == 0) return keep_beginning(input, size);
  input.remove_prefix(*size - before);
  return parse_head(memory_.copy({partial_.data(), *size}));
}

RequestParser::Event RequestParser::keep_beginning(std::string_view& input,
                                                   Read<std::size_t> size) {
  const std::string_view bytes = partial_.empty() ? input : std::string_view(partial_);
  begins_with_head_ = bytes.starts_with("HEAD ");
  // Checked first: a client that speaks another protocol, such as TLS, should be told so, and not
  // that some line is too long.
  if (!may_begin_request(bytes)) {
    return fail({Status::BadRequest, "this is not the beginning of a request"});
  }
  if (!size) return fail(*size.error());
  if (partial_.empty()) partial_ = input;
  input = {};
  return {};
}

inline RequestParser::Event RequestParser::parse_head(std::string_view head) {
  const auto entries = memory_.make_array<http::FieldEntry>(scanner_.field_lines());
  const auto parsed = parse_request_head(head, scanner_.fields_start(), entries, head_);
  if (!parsed) {
    begins_with_head_ = head_.method == http::Method::Head;
    return fail(*parsed.error());
  }
  body_.emplace(head_.framing, limits_);
  return {Event::Kind::Head, {}};
}

RequestParser::Event RequestParser::read_body(std::string_view& input) {
  const auto event = body_->next(input);
  if (!event) return fail(event.error());
  switch (event->kind) {
    case BodyEvent::Kind::NeedMore:
      return {};
    case BodyEvent::Kind::Data:
      return {Event::Kind::Data, event->data};
    case BodyEvent::Kind::End:
      break;
  }
  ended_ = true;
  return {Event::Kind::End, {}};
}

RequestParser::Event RequestParser::fail(const Malformed& fault) {
  fault_ = fault;
  return {Event::Kind::Malformed, {}};
}

}  // namespace mastic::wire::http1
