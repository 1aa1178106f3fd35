#include "mastic/routing/from_request.h"

#include <algorithm>

#include "mastic/app/coded_content.h"
#include "mastic/app/content_type.h"
#include "mastic/app/http_error.h"
#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::routing::detail {
namespace {

using app::HttpError;
using http::Status;

std::string decode_form(std::string_view text) {
  if (!base::has_valid_escapes(text)) {
    throw HttpError(Status::BadRequest,
                    "A parameter of the query or form has a malformed percent escape.");
  }
  // Plus signs first: a plus sign that is escaped as %2B does not stand for a space.
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return base::percent_decode(spaced);
}

}  // namespace

json::JsonDocument parse_json_content(const Request& request) {
  app::refuse_coded_content(request);
  const std::string type = base::lower_case(app::media_type(request));
  if (type != "application/json" && !type.ends_with("+json")) {
    throw HttpError(Status::UnsupportedMediaType, "Send JSON here, as application/json.");
  }
  auto document = json::JsonDocument::parse(request.text());
  if (!document) throw HttpError(Status::BadRequest, document.error().message);
  return *std::move(document);
}

void want_form_content(const Request& request) {
  app::refuse_coded_content(request);
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  if (base::equal_ignoring_case(app::media_type(request), kForm)) return;
  throw HttpError(Status::UnsupportedMediaType,
                  "Send a form here, as application/x-www-form-urlencoded or multipart/form-data.");
}

void refuse_many_fields(Status status) {
  throw HttpError(status, "There are more than 1000 fields.");
}

TextFields read_text_fields(std::string_view text, Status too_many) {
  std::vector<TextField> fields;
  while (!text.empty()) {
    std::string_view value = base::take_until(text, '&');
    if (value.empty()) continue;
    if (fields.size() == kMaxTextFields) refuse_many_fields(too_many);
    const std::string_view name = base::take_until(value, '=');
    fields.push_back({decode_form(name), decode_form(value)});
  }
  return TextFields(std::move(fields));
}

std::string mismatch(std::string_view expected, std::string_view found) {
  constexpr std::size_t kMaxShown = 40;
  std::string message(expected);
  message += " is expected, '";
  base::append_log_escaped(message, found, kMaxShown);
  return message + "' found";
}

void refuse_missing(std::string_view kind, std::string_view name) {
  throw HttpError(Status::BadRequest,
                  "The " + std::string(kind) + " '" + std::string(name) + "' is missing.");
}

void refuse_text(std::string_view kind, std::string_view name, std::string_view expected,
                 std::string_view found) {
  throw HttpError(Status::BadRequest, "The " + std::string(kind) + " '" + std::string(name) +
                                          "': " + mismatch(expected, found) + ".");
}

}  // namespace mastic::routing::detail
