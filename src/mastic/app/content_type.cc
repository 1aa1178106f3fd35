#include "mastic/app/content_type.h"

#include "mastic/app/http_error.h"
#include "mastic/base/text.h"

namespace mastic::app {

using http::FieldName;

std::string_view content_type(const Request& request) {
  if (request.fields().count(FieldName::ContentType) > 1) {
    throw HttpError(http::Status::BadRequest, "The request has more than one Content-Type.");
  }
  return request.field(FieldName::ContentType).value_or("");
}

std::string_view media_type(const Request& request) {
  std::string_view field = content_type(request);
  return base::trim(base::take_until(field, ';'));
}

}  // namespace mastic::app
