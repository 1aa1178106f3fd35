#include "mastic/wire/http1/response_parser.h"

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"
#include "mastic/wire/http1/field_lines.h"
#include "mastic/wire/http1/message_fields.h"

namespace mastic::wire::http1 {
namespace {

using http::Status;
using http::Version;
using Fault = std::unexpected<Malformed>;

constexpr Malformed kBadStatusLine{Status::BadGateway, "the status line is malformed"};

/// Parses `HTTP/1.1 200 OK`. The reason may be empty, and some servers also omit the space before
/// it.
std::expected<void, Malformed> parse_status_line(std::string_view line, ResponseHeadView& head) {
  const bool has_version =
      line.size() >= 12 && line.starts_with("HTTP/1.") && base::is_digit(line[7]) && line[8] == ' ';
  if (!has_version) return Fault(kBadStatusLine);
  const auto status = base::parse_decimal(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599) return Fault(kBadStatusLine);
  if (line.size() > 12 && line[12] != ' ') return Fault(kBadStatusLine);
  head.version = line[7] == '0' ? Version::Http10 : Version::Http11;
  head.status = static_cast<Status>(*status);
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  if (!http::is_field_value(head.reason)) return Fault(kBadStatusLine);
  return {};
}

}  // namespace

ResponseParser::Event ResponseParser::next(std::string_view& input) {
  if (!head_) return read_head(input);
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
  return {Event::Kind::End, {}};
}

ResponseParser::Event ResponseParser::read_head(std::string_view& input) {
  if (input.empty()) return {};
  const std::size_t before = partial_.size();
  partial_.append(input);
  const auto size = scanner_.scan(partial_);
  if (!size) return fail(*size.error());
  if (*size == 0) {
    input = {};
    return {};
  }
  input.remove_prefix(*size - before);
  const auto head = parse_head(memory_.copy(std::string_view(partial_).substr(0, *size)));
  if (!head) return fail(head.error());
  head_ = *head;
  body_.emplace(head_->framing, limits_);
  return {Event::Kind::Head, {}};
}

std::expected<ResponseHeadView, Malformed> ResponseParser::parse_head(std::string_view text) {
  ResponseHeadView head;
  const std::size_t line_end = text.find('\r');
  if (text[line_end + 1] != '\n') return Fault(kBadStatusLine);
  if (const auto line = parse_status_line(text.substr(0, line_end), head); !line) {
    return Fault(line.error());
  }
  const auto entries = memory_.make_array<http::FieldEntry>(scanner_.field_lines());
  if (const auto lines = parse_field_lines(text, line_end + 2, entries); !lines) {
    return Fault(*lines.error());
  }
  head.fields = http::FieldsView(text.data(), entries);
  MessageFields gathered;
  if (const auto all = gathered.gather(head.fields, head.version); !all) return Fault(*all.error());
  head.framing = choose_framing(gathered.framing, head.status);
  head.keep_alive =
      gathered.persists(head.version) && head.framing.kind != Framing::Kind::UntilClose;
  return head;
}

/// RFC 9112 §6.3: some responses never have content, whatever their fields say. Other responses
/// that have no framing field end with the connection.
Framing ResponseParser::choose_framing(std::optional<Framing> said, Status status) const {
  if (method_ == http::Method::Head || http::ends_with_head(status)) return {};
  return said.value_or(Framing{Framing::Kind::UntilClose});
}

/// A response that ends early is refused unless it is framed by the end of the connection: a client
/// must not take a part for the whole.
ResponseParser::Event ResponseParser::end_of_input() {
  if (head_ && body_->may_end_here()) return {Event::Kind::End, {}};
  return fail({Status::BadGateway, "the connection ended before the response was complete"});
}

ResponseParser::Event ResponseParser::fail(Malformed fault) {
  fault_ = fault;
  return {Event::Kind::Malformed, {}};
}

}  // namespace mastic::wire::http1
