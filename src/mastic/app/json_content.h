// Reads values from JSON that a client has sent, and says what is wrong with it as a client should
// be told.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/field_errors.h"
#include "mastic/app/http_error.h"
#include "mastic/json/json.h"

namespace mastic::app {

namespace detail {

/// Throws HttpError 400 because the text is not JSON; with `place`, the text is that part of a
/// document.
[[noreturn]] void refuse_json(const std::string& why, std::string_view place);
/// Throws InvalidInput, which is answered with 422, with all faults.
[[noreturn]] void refuse_json_value(const json::JsonReading& reading);

}  // namespace detail

/// Reads `text`, which a client has sent, as a T. With `index`, the text is that element of an
/// array, and messages say so. Throws HttpError 400 when the text is not JSON, and InvalidInput
/// (422), with the place of each mistake, when it is not a T.
template <json::JsonReadable T>
[[nodiscard]] T parse_json_content(std::string_view text, std::optional<std::size_t> index = {},
                                   json::UnknownMembers unknown = json::UnknownMembers::Ignore) {
  const auto document = json::JsonDocument::parse(text);
  if (!document) {
    detail::refuse_json(document.error().message,
                        index ? "[" + std::to_string(*index) + "]" : std::string());
  }
  T value{};
  json::JsonReading reading(unknown, FieldErrors::kMaxErrors + 1, document->max_element_bytes());
  const auto read = [&] { return json::JsonType<T>::read(document->root(), value, reading); };
  if (index ? reading.at(*index, read) : read()) return value;
  detail::refuse_json_value(reading);
}

}  // namespace mastic::app
