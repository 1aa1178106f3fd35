#include "mastic/http/trailer_names.h"

#include <algorithm>
#include <iterator>

namespace mastic::http {

bool may_be_trailer(FieldName name) {
  constexpr FieldName kForbidden[] = {
      // framing and connection
      FieldName::Connection, FieldName::ContentLength, FieldName::KeepAlive,
      FieldName::ProxyConnection, FieldName::Te, FieldName::Trailer, FieldName::TransferEncoding,
      FieldName::Upgrade,
      // routing and what a request asks for
      FieldName::Expect, FieldName::Forwarded, FieldName::Host, FieldName::IfMatch,
      FieldName::IfModifiedSince, FieldName::IfNoneMatch, FieldName::IfRange,
      FieldName::IfUnmodifiedSince, FieldName::MaxForwards, FieldName::Origin, FieldName::Pragma,
      FieldName::Range, FieldName::XForwardedFor, FieldName::XForwardedHost,
      FieldName::XForwardedProto,
      // access
      FieldName::AccessControlAllowOrigin, FieldName::Authorization, FieldName::Cookie,
      FieldName::ProxyAuthenticate, FieldName::ProxyAuthorization, FieldName::SetCookie,
      FieldName::WwwAuthenticate,
      // what the reader does with the message
      FieldName::Age, FieldName::CacheControl, FieldName::ContentEncoding, FieldName::ContentRange,
      FieldName::ContentType, FieldName::Date, FieldName::Expires, FieldName::Location,
      FieldName::RetryAfter, FieldName::Vary};
  return std::ranges::find(kForbidden, name) == std::end(kForbidden);
}

}  // namespace mastic::http
