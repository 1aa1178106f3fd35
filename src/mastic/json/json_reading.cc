#include "mastic/json/json_reading.h"

#include <ranges>
#include <utility>

#include "mastic/base/encoding.h"
#include "mastic/json/enumeration.h"

namespace mastic::json {

bool JsonReading::fail(const JsonValue& found, std::string_view expected) {
  return fail(std::string(expected) + " is expected, " + std::string(found.kind_text()) + " found");
}

bool JsonReading::fail(std::string what) {
  if (!is_full()) faults_.push_back({place_of(innermost_), std::move(what)});
  return false;
}

bool JsonReading::take_element(std::size_t bytes) {
  if (bytes > element_bytes_left_) return fail("too many elements for the size of the document");
  element_bytes_left_ -= bytes;
  return true;
}

bool JsonReading::fail(const JsonValue& found, std::span<const std::string_view> names) {
  // Truncated, because the text comes from a client and the message may go to a log.
  constexpr std::size_t kMaxShown = 40;
  if (!found.is(JsonValue::Kind::String)) return fail(found, one_of(names));
  std::string what = one_of(names) + " is expected, '";
  base::append_log_escaped(what, found.text(), kMaxShown);
  return fail(what + "' found");
}

/// Writes a place such as "items[2].price". The steps are linked from the inside out, so they are
/// reversed first.
std::string JsonReading::place_of(const Step* innermost) {
  std::vector<const Step*> steps;
  for (const Step* step = innermost; step != nullptr; step = step->outer) steps.push_back(step);
  std::string place;
  for (const Step* const step : steps | std::views::reverse) {
    if (step->index != kNoIndex) {
      place.append("[").append(std::to_string(step->index)).append("]");
    } else {
      place.append(place.empty() ? "" : ".").append(detail::shown_name(step->name));
    }
  }
  return place;
}

std::string JsonReading::message() const {
  std::string text;
  for (const auto& [place, what] : faults_) {
    if (!text.empty()) text += '\n';
    text.append(place).append(place.empty() ? "" : ": ").append(what);
  }
  return text;
}

}  // namespace mastic::json
