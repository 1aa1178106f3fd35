// Status codes (RFC 9110 §15 and the IANA registry).

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::http {

/// A status code. Any three-digit number may be cast to it; registered ones have names.
enum class Status : std::uint16_t {
  Continue = 100,
  SwitchingProtocols = 101,
  EarlyHints = 103,
  Ok = 200,
  Created = 201,
  Accepted = 202,
  NonAuthoritativeInformation = 203,
  NoContent = 204,
  ResetContent = 205,
  PartialContent = 206,
  MultipleChoices = 300,
  MovedPermanently = 301,
  Found = 302,
  SeeOther = 303,
  NotModified = 304,
  TemporaryRedirect = 307,
  PermanentRedirect = 308,
  BadRequest = 400,
  Unauthorized = 401,
  PaymentRequired = 402,
  Forbidden = 403,
  NotFound = 404,
  MethodNotAllowed = 405,
  NotAcceptable = 406,
  ProxyAuthenticationRequired = 407,
  RequestTimeout = 408,
  Conflict = 409,
  Gone = 410,
  LengthRequired = 411,
  PreconditionFailed = 412,
  ContentTooLarge = 413,
  UriTooLong = 414,
  UnsupportedMediaType = 415,
  RangeNotSatisfiable = 416,
  ExpectationFailed = 417,
  MisdirectedRequest = 421,
  UnprocessableContent = 422,
  UpgradeRequired = 426,
  PreconditionRequired = 428,
  TooManyRequests = 429,
  RequestHeaderFieldsTooLarge = 431,
  UnavailableForLegalReasons = 451,
  InternalServerError = 500,
  NotImplemented = 501,
  BadGateway = 502,
  ServiceUnavailable = 503,
  GatewayTimeout = 504,
  HttpVersionNotSupported = 505,
  InsufficientStorage = 507,
};

/// The status code as a number.
[[nodiscard]] constexpr std::uint16_t code(Status status) {
  return static_cast<std::uint16_t>(status);
}
/// The reason phrase of a status: "Not Found". Empty for a code that is not registered.
[[nodiscard]] std::string_view reason_phrase(Status status);

/// Whether the status is interim (1xx): a final response follows.
[[nodiscard]] constexpr bool is_informational(Status status) { return code(status) / 100 == 1; }
/// Whether the status reports an error of the client (4xx) or the server (5xx).
[[nodiscard]] constexpr bool is_error(Status status) { return code(status) >= 400; }

/// Whether a response of this status ends with its head, whatever its fields say (RFC 9112 §6.3).
[[nodiscard]] constexpr bool ends_with_head(Status status) {
  return is_informational(status) || status == Status::NoContent || status == Status::NotModified;
}
/// Whether a response of this status never has content (RFC 9110 §6.4.1 and §15.3.6). Unlike the
/// other responses without content, a 205 is framed as usual, with empty content.
[[nodiscard]] constexpr bool forbids_content(Status status) {
  return ends_with_head(status) || status == Status::ResetContent;
}

}  // namespace mastic::http
