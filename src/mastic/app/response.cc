#include "mastic/app/response.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/app/http_error.h"
#include "mastic/base/encoding.h"
#include "mastic/http/trailer_names.h"

namespace mastic::app {
namespace {

bool stands_in_url(char c) {
  constexpr std::string_view kRefused = " \"<>\\^`{|}";
  return static_cast<unsigned char>(c) < 0x80 && kRefused.find(c) == kRefused.npos;
}

/// Escapes what a URL cannot have, mostly spaces and bytes beyond ASCII. What is escaped already
/// stays. Control characters stay too, and http::Fields refuses them.
std::string escape_for_url(std::string_view text) {
  std::string url;
  base::append_percent_encoded(url, text, stands_in_url);
  return url;
}

/// Fields with a Content-Type and nothing else. They are checked here, once for all answers that
/// share them.
http::Fields fields_of_type(std::string_view media_type) {
  http::Fields fields;
  fields.add(http::FieldName::ContentType, media_type);
  return fields;
}

const http::Fields& plain_text() {
  static const http::Fields fields = fields_of_type("text/plain; charset=utf-8");
  return fields;
}

}  // namespace

Response Response::of_type(std::string_view media_type, Body body, http::Status status) {
  return {status, fields_of_type(media_type), std::move(body)};
}

Response Response::text(std::string text, http::Status status) {
  return {status, plain_text(), [&] { return Body(std::move(text)); }};
}

Response Response::borrowed_text(std::string_view text, http::Status status) {
  return {status, plain_text(), [&] { return Body::borrowed(text); }};
}

Response Response::text_body(Body&& text, http::Status status) {
  return {status, plain_text(), [&] { return std::move(text); }};
}

Response Response::html(std::string html, http::Status status) {
  static const http::Fields fields = fields_of_type("text/html; charset=utf-8");
  return {status, fields, [&] { return Body(std::move(html)); }};
}

Response Response::json_text(std::string json, http::Status status) {
  static const http::Fields fields = fields_of_type("application/json");
  return {status, fields, [&] { return Body(std::move(json)); }};
}

Response Response::upgrade_to(std::unique_ptr<Upgrade> upgrade) {
  Response response(http::Status::SwitchingProtocols);
  response.upgrade = std::move(upgrade);
  return response;
}

Response& Response::set_trailers(std::initializer_list<std::string_view> names,
                                 MakeTrailers make) & {
  std::string list;
  for (const std::string_view name : names) {
    if (!http::may_be_trailer(http::find_field_name(name))) {
      throw std::invalid_argument("'" + std::string(name) +
                                  "' must not be a trailer: set it in the head of the answer");
    }
    list.append(list.empty() ? "" : ", ").append(name);
  }
  if (body.add_trailers(list, std::move(make))) set(http::FieldName::Trailer, list);
  return *this;
}

Response Response::redirect(std::string_view path, http::Status status) {
  if (!is_local_target(path)) {
    throw HttpError(http::Status::BadRequest, "The redirect would leave this site.");
  }
  return redirect_to_other_site(path, status);
}

Response Response::redirect_to_other_site(std::string_view url, http::Status status) {
  Response response(status);
  response.fields.add(http::FieldName::Location, escape_for_url(url));
  return response;
}

Response& Response::clear_cookie(http::SetCookie cookie) & {
  cookie.value.clear();
  cookie.max_age = std::chrono::seconds(0);
  return set_cookie(cookie);
}

/// Browsers take a backslash for a slash, and remove tabs and line ends from anywhere in a URL.
bool is_local_target(std::string_view target) {
  const bool has_control =
      std::ranges::any_of(target, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  const bool is_path =
      target.starts_with("./") ||
      (target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\"));
  return !has_control && is_path;
}

}  // namespace mastic::app
