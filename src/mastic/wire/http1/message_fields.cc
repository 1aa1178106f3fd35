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
using Fault = std::unexpected<Malformed>;

Fault bad(std::string_view reason) { return Fault({Status::BadRequest, reason}); }

std::expected<Framing, Malformed> parse_content_length(std::string_view value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto length = base::parse_decimal(value);
  if (!length || *length > kMost) return bad("Content-Length is not one whole number");
  return Framing{Framing::Kind::Length, *length};
}

/// One `chunked` and nothing else is understood. Other codings are refused as not implemented when
/// the list is well-formed, and as malformed when it is not.
std::expected<Framing, Malformed> parse_transfer_encoding(std::string_view value) {
  if (equal_ignoring_case(value, "chunked")) return Framing{Framing::Kind::Chunked};
  constexpr std::string_view kOdd = "Transfer-Encoding is malformed";
  if (value.empty()) return bad(kOdd);
  bool ends_chunked = false;
  while (!value.empty()) {
    const bool more = value.find(',') != value.npos;
    const std::string_view coding = trim(take_until(value, ','));
    if (!http::is_token(coding) || ends_chunked || (more && value.empty())) return bad(kOdd);
    ends_chunked = equal_ignoring_case(coding, "chunked");
  }
  return Fault({Status::NotImplemented, "only the transfer coding chunked is understood"});
}

std::expected<void, Malformed> gather_connection(std::string_view value, MessageFields& gathered) {
  if (base::equal_short(value, "keep-alive")) {  // as browsers always say
    gathered.keep_alive = true;
    return {};
  }
  while (!value.empty()) {
    const std::string_view option = trim(take_until(value, ','));
    if (option.empty()) continue;
    if (!http::is_token(option)) return bad("Connection is malformed");
    if (equal_ignoring_case(option, "close")) gathered.close = true;
    if (equal_ignoring_case(option, "keep-alive")) gathered.keep_alive = true;
    if (equal_ignoring_case(option, "upgrade")) gathered.upgrades = true;
  }
  return {};
}

/// A list, of which one member is known (RFC 9110 §10.1.1).
std::expected<void, Malformed> gather_expect(std::string_view value, MessageFields& gathered) {
  while (!value.empty()) {
    const std::string_view expectation = trim(take_until(value, ','));
    if (expectation.empty()) continue;
    if (!equal_ignoring_case(expectation, "100-continue")) {
      return Fault({Status::ExpectationFailed, "only 100-continue can be expected"});
    }
    gathered.expects_continue = true;
  }
  return {};
}

}  // namespace

std::unexpected<Malformed> MessageFields::repeated_host() { return bad("Host is repeated"); }

std::expected<void, Malformed> MessageFields::take(FieldName name, std::string_view value) {
  has_taken_ = true;
  switch (name) {
    case FieldName::ContentLength:
      if (length_) return bad("Content-Length is repeated");
      length_ = value;
      return {};
    case FieldName::TransferEncoding:
      if (encoding_) return bad("Transfer-Encoding is repeated");
      encoding_ = value;
      return {};
    case FieldName::Connection:
      return gather_connection(value, *this);
    case FieldName::Upgrade:
      names_protocol_ = true;
      return {};
    default:
      return gather_expect(value, *this);
  }
}

std::expected<void, Malformed> MessageFields::conclude(http::Version version) {
  expects_continue = expects_continue && version == http::Version::Http11;
  upgrades = upgrades && names_protocol_ && version == http::Version::Http11;
  if (length_ && encoding_) return bad("Content-Length stands beside Transfer-Encoding");
  if (encoding_ && version == http::Version::Http10) {
    return bad("HTTP/1.0 has no Transfer-Encoding");
  }
  if (length_ || encoding_) {
    const auto parsed =
        length_ ? parse_content_length(*length_) : parse_transfer_encoding(*encoding_);
    if (!parsed) return Fault(parsed.error());
    framing = *parsed;
  }
  return {};
}

}  // namespace mastic::wire::http1
