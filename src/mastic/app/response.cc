#include "mastic/app/response.h"

namespace mastic::app {
namespace {

/// What a URL cannot have, spaces and bytes beyond ASCII above all, becomes escapes; an escape stays.
/// Control characters stay too, for the fields to refuse.
std::string escape_for_url(std::string_view text) {
  constexpr std::string_view kRefused = " \"<>\\^`{|}";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && kRefused.find(c) == kRefused.npos) {
      url += c;
    } else {
      url.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return url;
}

}  // namespace

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
  response.fields.add(http::FieldName::Location, escape_for_url(location));
  return response;
}

}  // namespace mastic::app
