#include "mastic/wire/http1/message_fields.h"

#include <limits>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::wire::http1 {
namespace {

using base::equal_ignoring_case;
using base::take_until;
using base::trim;
using http::FieldName;
using http::Status;

/// Values beyond 63 bits are refused: they do not fit into the signed numbers that other readers
/// may use.
Read<Framing> parse_content_length(std::string_view value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto length = base::parse_decimal(value);
  if (!length || *length > kMost) return malformed<"Content-Length is not a single whole number">();
  return Framing{Framing::Kind::Length, *length};
}

/// A single `chunked` is the only supported value. A well-formed list of other codings is refused
/// with 501, anything else with 400.
Read<Framing> parse_transfer_encoding(std::string_view value) {
  if (equal_ignoring_case(value, "chunked")) return Framing{Framing::Kind::Chunked};
  constexpr auto odd = malformed<"Transfer-Encoding is malformed">;
  if (value.empty()) return odd();
  bool ends_chunked = false;
  while (!value.empty()) {
    const bool more = value.find(',') != value.npos;
    const std::string_view coding = trim(take_until(value, ','));
    if (!http::is_token(coding) || ends_chunked || (more && value.empty())) return odd();
    ends_chunked = equal_ignoring_case(coding, "chunked");
  }
  return malformed<"the only supported transfer coding is chunked", Status::NotImplemented>();
}

Read<void> gather_connection(std::string_view value, MessageFields& gathered) {
  if (base::equal_short(value, "keep-alive")) {  // the value that browsers send
    gathered.keep_alive = true;
    return {};
  }
  while (!value.empty()) {
    const std::string_view option = trim(take_until(value, ','));
    if (option.empty()) continue;  // lists may have empty members (RFC 9110 §5.6.1)
    if (!http::is_token(option)) return malformed<"Connection is malformed">();
    if (equal_ignoring_case(option, "close")) gathered.close = true;
    if (equal_ignoring_case(option, "keep-alive")) gathered.keep_alive = true;
    if (equal_ignoring_case(option, "upgrade")) gathered.upgrades = true;
  }
  return {};
}

/// Expect is a list; its only known member is 100-continue (RFC 9110 §10.1.1).
Read<void> gather_expect(std::string_view value, MessageFields& gathered) {
  while (!value.empty()) {
    const std::string_view expectation = trim(take_until(value, ','));
    if (expectation.empty()) continue;
    if (!equal_ignoring_case(expectation, "100-continue")) {
      return malformed<"the only supported expectation is 100-continue",
                       Status::ExpectationFailed>();
    }
    gathered.expects_continue = true;
  }
  return {};
}

}  // namespace

/// Fields that frame a message must occur once. If such a field were repeated, two readers could
/// choose different values and see different messages in the same bytes (request smuggling, RFC
/// 9112 §11.2).
Read<void> MessageFields::gather(http::FieldsView fields, http::Version version) {
  std::optional<std::string_view> length;
  std::optional<std::string_view> encoding;
  bool names_protocol = false;
  for (const http::Field& field : fields) {
    switch (field.known) {
      case FieldName::Host:
        if (host) return malformed<"Host is repeated">();
        host = field.value;
        break;
      case FieldName::ContentLength:
        if (length) return malformed<"Content-Length is repeated">();
        length = field.value;
        break;
      case FieldName::TransferEncoding:
        if (encoding) return malformed<"Transfer-Encoding is repeated">();
        encoding = field.value;
        break;
      case FieldName::Connection:
        if (const auto read = gather_connection(field.value, *this); !read) {
          return std::unexpected(read.error());
        }
        break;
      case FieldName::Upgrade:
        names_protocol = true;
        break;
      case FieldName::Expect:
        if (const auto read = gather_expect(field.value, *this); !read) {
          return std::unexpected(read.error());
        }
        break;
      default:
        break;
    }
  }

  // HTTP/1.0 has neither feature; an HTTP/1.0 client must not be sent 100 or 101 (RFC 9110 §7.8 and
  // §10.1.1).
  expects_continue = expects_continue && version == http::Version::Http11;
  upgrades = upgrades && names_protocol && version == http::Version::Http11;
  // RFC 9112 §6.1 and §6.3: either combination can smuggle a request past an older reader.
  if (length && encoding) return malformed<"there are both Content-Length and Transfer-Encoding">();
  if (encoding && version == http::Version::Http10)
    return malformed<"HTTP/1.0 has no Transfer-Encoding">();
  if (length || encoding) {
    const auto parsed = length ? parse_content_length(*length) : parse_transfer_encoding(*encoding);
    if (!parsed) return std::unexpected(parsed.error());
    framing = *parsed;
  }
  return {};
}

}  // namespace mastic::wire::http1
