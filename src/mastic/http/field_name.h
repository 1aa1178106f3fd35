// The field names that Mastic or its users compare often, as numbers.

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::http {

/// A well-known field name, or `Other`, which has to be compared by its text.
enum class FieldName : std::uint8_t {
  Other,
  Accept,
  AcceptEncoding,
  AcceptLanguage,
  AcceptRanges,
  AccessControlAllowOrigin,
  Age,
  Allow,
  Authorization,
  CacheControl,
  Connection,
  ContentDisposition,
  ContentEncoding,
  ContentLanguage,
  ContentLength,
  ContentLocation,
  ContentRange,
  ContentSecurityPolicy,
  ContentType,
  Cookie,
  Date,
  ETag,
  Expect,
  Expires,
  Forwarded,
  From,
  Host,
  IfMatch,
  IfModifiedSince,
  IfNoneMatch,
  IfRange,
  IfUnmodifiedSince,
  KeepAlive,
  LastModified,
  Link,
  Location,
  MaxForwards,
  Origin,
  Pragma,
  Priority,
  ProxyAuthenticate,
  ProxyAuthorization,
  ProxyConnection,
  Range,
  Referer,
  ReferrerPolicy,
  RetryAfter,
  SecFetchDest,
  SecFetchMode,
  SecFetchSite,
  SecFetchUser,
  SecWebSocketAccept,
  SecWebSocketExtensions,
  SecWebSocketKey,
  SecWebSocketProtocol,
  SecWebSocketVersion,
  Server,
  ServerTiming,
  SetCookie,
  StrictTransportSecurity,
  Te,
  Traceparent,
  Trailer,
  TransferEncoding,
  Upgrade,
  UpgradeInsecureRequests,
  UserAgent,
  Vary,
  Via,
  WwwAuthenticate,
  XContentTypeOptions,
  XForwardedFor,
  XForwardedHost,
  XForwardedProto,
};

/// How many values FieldName has.
inline constexpr std::size_t kFieldNameCount =
    static_cast<std::size_t>(FieldName::XForwardedProto) + 1;

/// Returns the name with this text, ignoring case, or Other. Costs one hash of three characters and
/// one comparison.
[[nodiscard]] FieldName find_field_name(std::string_view text);
/// Returns the name as the RFCs spell it: "Content-Length". Empty for Other.
[[nodiscard]] std::string_view to_string(FieldName name);

}  // namespace mastic::http
