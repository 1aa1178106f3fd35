#include "mastic/app/response.h"

namespace mastic::app {

Response Response::of_type(std::string_view media_type, Body body, http::Status status) {
  Response response(status, std::move(body));
  response.fields.add(http::FieldName::ContentType, media_type);
  return response;
}

Response Response::text(std::string text, http::Status status) {
  return of_type("text/plain; charset=utf-8", Body(std::move(text)), status);
}

Response Response::html(std::string html, http::Status status) {
  return of_type("text/html; charset=utf-8", Body(std::move(html)), status);
}

Response Response::redirect(std::string_view location, http::Status status) {
  Response response(status);
  response.fields.add(http::FieldName::Location, location);
  return response;
}

}  // namespace mastic::app
