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

constexpr std::size_t kMaxMethodBytes = 32;
constexpr std::size_t kLineEndBytes = 2;
constexpr std::string_view kGet = "GET ";

/// Parses a version exactly. Minor versions above 1 are read as HTTP/1.1 (RFC 9110 §2.5).
Read<Version> parse_version(std::string_view text) {
  if (base::equal_short(text, "HTTP/1.1")) return Version::Http11;
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") &&
                           base::is_digit(text[5]) && text[6] == '.' && base::is_digit(text[7]);
  if (!well_formed) return malformed<"the request line does not end with a version">();
  if (text[5] != '1')
    return malformed<"the version is not HTTP/1", Status::HttpVersionNotSupported>();
  return text[7] == '0' ? Version::Http10 : Version::Http11;
}

/// Sets the method, and returns where the target begins, after the space. Requires: `line` is
/// followed by a line end, which stops the scan of the method.
Read<const char*> parse_method(std::string_view line, RequestHead& head) {
  const char* const end = line.data() + line.size();
  const char* const method_end = http::skip_to_other(http::Characters::Token, line.data());
  head.method_text = std::string_view(line.data(), method_end);
  if (head.method_text.empty() || head.method_text.size() > kMaxMethodBytes ||
      (method_end != end && *method_end != ' ')) {
    return malformed<"the request line does not begin with a method">();
  }
  head.method = http::parse_method(head.method_text);
  if (method_end == end) return malformed<"the request line has no target">();
  return method_end + 1;
}

/// Parses `METHOD TARGET VERSION`, with a shortcut for GET and for a plain path, which most
/// requests have. Requires: `line` is followed by a line end.
Read<void> parse_request_line(std::string_view line, RequestHead& head) {
  const char* target = nullptr;
  if (line.starts_with(kGet)) {
    head.method_text = line.substr(0, kGet.size() - 1);
    target = line.data() + kGet.size();
  } else {
    const auto method_end = parse_method(line, head);
    if (!method_end) return std::unexpected(method_end.error());
    target = *method_end;
  }

  const char* const end = line.data() + line.size();
  const char* space = Target::skip_plain_path(head.method, target);
  const bool is_plain = space != target && *space == ' ';
  if (!is_plain) space = base::find_byte(space, end, ' ');
  if (space == end) return malformed<"the request line has no version">();
  head.target_text = std::string_view(target, space);
  const auto version = parse_version({space + 1, end});
  if (!version) return std::unexpected(version.error());
  head.version = *version;
  if (is_plain) {
    head.target.path = head.target_text;
    return {};
  }
  const auto parsed = Target::parse(head.method, head.target_text);
  if (!parsed) return malformed<"the request target is malformed">();
  head.target = *parsed;
  return {};
}

/// Whether a message has content. If it has none, the client need not be sent 100 Continue.
bool has_content(const Framing& framing) {
  return framing != Framing() && framing != Framing{Framing::Kind::Length};
}

/// Whether Host was read. The view of an empty Host has a data pointer, too.
bool has_host(const RequestHead& head) { return head.authority.data() != nullptr; }

/// Sets what `fields` say about framing and connection. Not inlined, because many heads have none
/// of these fields but Host.
[[gnu::noinline]] Read<void> gather_message_fields(http::FieldsView fields, RequestHead& head) {
  MessageFields gathered;
  if (has_host(head)) gathered.host = head.authority;
  if (const auto all = gathered.gather(fields, head.version); !all) return all;
  if (gathered.host) head.authority = *gathered.host;
  head.keep_alive = gathered.persists(head.version);
  head.asks_for_upgrade = gathered.upgrades;
  head.framing = gathered.framing.value_or(Framing());
  head.expects_continue = gathered.expects_continue && has_content(head.framing);
  return {};
}

/// Reads the fields that concern the message. Host becomes the authority. At the first other field
/// that concerns the message, the rest of the fields is handed over to gather_message_fields.
Read<void> read_message_fields(const char* bytes, std::span<const http::FieldEntry> entries,
                               RequestHead& head) {
  head.keep_alive = head.version == Version::Http11;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const http::FieldEntry* const entry = entries.data() + i;
    if (entry->known == http::FieldName::Host && !has_host(head)) {
      head.authority = {bytes + entry->value_at, entry->value_size};
    } else if (MessageFields::concern(entry->known)) {
      return gather_message_fields({bytes, entries.subspan(i)}, head);
    }
  }
  return {};
}

/// The authority of an absolute-form target takes precedence over Host (RFC 9112 §3.2.2). If the
/// two differ, the request is refused, because another reader might choose the other authority.
Read<void> prefer_target_authority(RequestHead& head) {
  const Target& target = head.target;
  if (has_host(head) && !http::same_authority(head.authority, target.authority, target.scheme)) {
    return malformed<"Host differs from the host of the target">();
  }
  head.authority = target.authority;
  return {};
}

}  // namespace

Read<void> parse_request_head(std::string_view head, std::size_t fields_start,
                              std::span<http::FieldEntry> entries, RequestHead& parsed) {
  const std::string_view line(head.data(), fields_start - kLineEndBytes);
  if (const auto read = parse_request_line(line, parsed); !read) {
    if (line.find('\r') == line.npos) return read;
    parsed.method = http::Method::Get;  // the method that was read cannot be trusted
    return malformed<"the request line has a control character">();
  }
  if (const auto read = parse_field_lines(head, fields_start, entries); !read) return read;
  parsed.fields = http::FieldsView(head.data(), entries);
  if (const auto read = read_message_fields(head.data(), entries, parsed); !read) return read;

  if (has_host(parsed)) {
    if (!http::Authority::is_one(parsed.authority)) return malformed<"Host is malformed">();
  } else if (parsed.version != Version::Http10) {
    return malformed<"Host is missing">();
  }
  if (!parsed.target.authority.empty()) return prefer_target_authority(parsed);
  return {};
}

bool may_begin_request(std::string_view text) {
  const std::string_view method = text.substr(0, text.find(' '));
  if (method.empty()) return text.empty();
  return method.size() <= kMaxMethodBytes && http::is_token(method);
}

}  // namespace mastic::wire::http1
