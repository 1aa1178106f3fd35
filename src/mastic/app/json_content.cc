#include "mastic/app/json_content.h"

namespace mastic::app::detail {

void refuse_json(const std::string& why, std::string_view place) {
  std::string detail(place);
  if (!place.empty()) detail += ": ";
  throw HttpError(http::Status::BadRequest, detail + why);
}

void refuse_json_value(const json::JsonReading& reading) {
  FieldErrors errors;
  for (const auto& [place, what] : reading.faults()) errors.add_unread(place, what);
  // A JsonType of the application may fail without a message.
  if (errors.empty()) errors.add_unread("", "it cannot be read");
  throw InvalidInput(std::move(errors));
}

}  // namespace mastic::app::detail
