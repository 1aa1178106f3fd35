#include "mastic/wire/http1/request_head.h"

#include "mastic/base/byte_block.h"
#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/http/syntax.h"
#include "mastic/wire/http1/field_lines.h"
#include "mastic/wire/http1/message_fields.h"

namespace mastic::wire::http1 {
namespace {

using http::Status;
using http::Target;
using http::Version;
using Fault = std::unexpected<Malformed>;

constexpr std::size_t kMaxMethodBytes = 32;

Fault bad(std::string_view reason) { return Fault({Status::BadRequest, reason}); }

/// "HTTP/1.1" and nothing that merely resembles it.
std::expected<Version, Malformed> parse_version(std::string_view text) {
  if (text == "HTTP/1.1") return Version::Http11;
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") &&
                           base::is_digit(text[5]) && text[6] == '.' && base::is_digit(text[7]);
  if (!well_formed) return bad("the request line does not end with a version");
  if (text[5] != '1') return Fault({Status::HttpVersionNotSupported, "the version is not HTTP/1"});
  return text[7] == '0' ? Version::Http10 : Version::Http11;
}

/// Requires: a line end follows `line`.
std::expected<void, Malformed> parse_request_line(std::string_view line, RequestHead& head) {
  const char* const end = line.data() + line.size();
  const char* const method_end = http::skip_to_other(http::Characters::Token, line.data());
  head.method_text = std::string_view(line.data(), method_end);
  if (head.method_text.empty() || head.method_text.size() > kMaxMethodBytes ||
      (method_end != end && *method_end != ' ')) {
    return bad("the request line does not begin with a method");
  }
  head.method = http::parse_method(head.method_text);
  if (method_end == end) return bad("the request line has no target");
  line.remove_prefix(head.method_text.size() + 1);

  const char* const space = base::find_byte(line.data(), end, ' ');
  if (space == end) return bad("the request line has no version");
  head.target_text = std::string_view(line.data(), space);
  const auto version = parse_version({space + 1, end});
  if (!version) return Fault(version.error());
  head.version = *version;
  if (Target::is_plain_path(head.method, head.target_text)) {  // as most are
    head.target.path = head.target_text;
    return {};
  }
  const auto target = Target::parse(head.method, head.target_text);
  if (!target) return bad("the request target is malformed");
  head.target = *target;
  return {};
}

/// Which host is meant: the target's authority rules, and a Host field beside it has to agree.
std::expected<std::string_view, Malformed> choose_authority(const RequestHead& head,
                                                            const MessageFields& fields) {
  if (fields.host && !http::Authority::is_one(*fields.host)) return bad("Host is malformed");
  if (!fields.host && head.version != Version::Http10) return bad("Host is missing");
  if (head.target.authority.empty()) return fields.host.value_or(std::string_view());
  if (fields.host &&
      !http::same_authority(*fields.host, head.target.authority, head.target.scheme)) {
    return bad("Host differs from the host of the target");
  }
  return head.target.authority;
}

}  // namespace

std::expected<void, Malformed> parse_request_head(std::string_view head,
                                                  std::span<http::FieldEntry> entries,
                                                  RequestHead& parsed) {
  const char* const line_end = base::find_byte(head.data(), head.data() + head.size(), '\r');
  if (line_end[1] != '\n') return bad("the request line has a control character");
  if (const auto line = parse_request_line({head.data(), line_end}, parsed); !line) {
    return Fault(line.error());
  }
  const auto fields_start = static_cast<std::size_t>(line_end + 2 - head.data());
  if (const auto lines = parse_field_lines(head, fields_start, entries); !lines) {
    return Fault(lines.error());
  }
  parsed.fields = http::FieldsView(head.data(), entries);

  MessageFields gathered;
  if (const auto all = gathered.gather(parsed.fields, parsed.version); !all)
    return Fault(all.error());
  const auto authority = choose_authority(parsed, gathered);
  if (!authority) return Fault(authority.error());
  parsed.authority = *authority;
  parsed.framing = gathered.framing.value_or(Framing());
  parsed.keep_alive = gathered.persists(parsed.version);
  parsed.asks_for_upgrade = gathered.upgrades;
  const bool has_content =
      parsed.framing != Framing() && parsed.framing != Framing{Framing::Kind::Length};
  parsed.expects_continue = gathered.expects_continue && has_content;
  return {};
}

bool may_begin_request(std::string_view text) {
  const std::string_view method = text.substr(0, text.find(' '));
  if (method.empty()) return text.empty();
  return method.size() <= kMaxMethodBytes && http::is_token(method);
}

}  // namespace mastic::wire::http1
