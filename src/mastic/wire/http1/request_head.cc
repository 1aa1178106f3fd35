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
constexpr std::size_t kLineEndBytes = 2;
constexpr std::string_view kGet = "GET ";

Fault bad(std::string_view reason) { return Fault({Status::BadRequest, reason}); }

/// "HTTP/1.1" and nothing that merely resembles it.
std::expected<Version, Malformed> parse_version(std::string_view text) {
  if (base::equal_short(text, "HTTP/1.1")) return Version::Http11;
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") &&
                           base::is_digit(text[5]) && text[6] == '.' && base::is_digit(text[7]);
  if (!well_formed) return bad("the request line does not end with a version");
  if (text[5] != '1') return Fault({Status::HttpVersionNotSupported, "the version is not HTTP/1"});
  return text[7] == '0' ? Version::Http10 : Version::Http11;
}

/// Sets the method and returns what follows it and a space. Requires: a line end follows `line`.
std::expected<const char*, Malformed> parse_method(std::string_view line, RequestHead& head) {
  const char* const end = line.data() + line.size();
  const char* const method_end = http::skip_to_other(http::Characters::Token, line.data());
  head.method_text = std::string_view(line.data(), method_end);
  if (head.method_text.empty() || head.method_text.size() > kMaxMethodBytes ||
      (method_end != end && *method_end != ' ')) {
    return bad("the request line does not begin with a method");
  }
  head.method = http::parse_method(head.method_text);
  if (method_end == end) return bad("the request line has no target");
  return method_end + 1;
}

/// Requires: a line end follows `line`.
std::expected<void, Malformed> parse_request_line(std::string_view line, RequestHead& head) {
  const char* target = nullptr;
  if (line.starts_with(kGet)) {  // as most do
    head.method_text = line.substr(0, kGet.size() - 1);
    target = line.data() + kGet.size();
  } else {
    const auto method_end = parse_method(line, head);
    if (!method_end) return Fault(method_end.error());
    target = *method_end;
  }

  const char* const end = line.data() + line.size();
  const char* space = Target::skip_plain_path(head.method, target);
  const bool is_plain = space != target && *space == ' ';  // as most are
  if (!is_plain) space = base::find_byte(space, end, ' ');
  if (space == end) return bad("the request line has no version");
  head.target_text = std::string_view(target, space);
  const auto version = parse_version({space + 1, end});
  if (!version) return Fault(version.error());
  head.version = *version;
  if (is_plain) {
    head.target.path = head.target_text;
    return {};
  }
  const auto parsed = Target::parse(head.method, head.target_text);
  if (!parsed) return bad("the request target is malformed");
  head.target = *parsed;
  return {};
}

bool has_content(const Framing& framing) {
  return framing != Framing() && framing != Framing{Framing::Kind::Length};
}

/// The target's authority rules, and a Host field beside it has to agree.
std::expected<void, Malformed> prefer_target_authority(RequestHead& head) {
  const Target& target = head.target;
  const bool has_host = head.fields.contains(http::FieldName::Host);
  if (has_host && !http::same_authority(head.authority, target.authority, target.scheme)) {
    return bad("Host differs from the host of the target");
  }
  head.authority = target.authority;
  return {};
}

}  // namespace

std::expected<void, Malformed> parse_request_head(std::string_view head, std::size_t fields_start,
                                                  std::span<http::FieldEntry> entries,
                                                  RequestHead& parsed) {
  const std::string_view line(head.data(), fields_start - kLineEndBytes);
  if (const auto read = parse_request_line(line, parsed); !read) {
    if (line.find('\r') == line.npos) return Fault(read.error());
    parsed.method = http::Method::Get;  // whatever it seemed to be
    return bad("the request line has a control character");
  }
  if (const auto lines = parse_field_lines(head, fields_start, entries); !lines) {
    return Fault(lines.error());
  }
  parsed.fields = http::FieldsView(head.data(), entries);

  MessageFields gathered;
  if (const auto all = gathered.gather(parsed.fields, parsed.version); !all)
    return Fault(all.error());
  if (gathered.host) {
    if (!http::Authority::is_one(*gathered.host)) return bad("Host is malformed");
    parsed.authority = *gathered.host;
  } else if (parsed.version != Version::Http10) {
    return bad("Host is missing");
  }
  parsed.keep_alive = gathered.persists(parsed.version);
  parsed.asks_for_upgrade = gathered.upgrades;
  if (gathered.framing) parsed.framing = *gathered.framing;
  if (gathered.expects_continue) parsed.expects_continue = has_content(parsed.framing);
  if (!parsed.target.authority.empty()) return prefer_target_authority(parsed);
  return {};
}

bool may_begin_request(std::string_view text) {
  const std::string_view method = text.substr(0, text.find(' '));
  if (method.empty()) return text.empty();
  return method.size() <= kMaxMethodBytes && http::is_token(method);
}

}  // namespace mastic::wire::http1
