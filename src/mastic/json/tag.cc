#include "mastic/json/tag.h"

#include "mastic/json/enumeration.h"

namespace mastic::json::detail {

std::size_t read_tag(const JsonValue& value, std::string_view name,
                     std::span<const std::string_view> values, JsonReading& reading) {
  if (!value.is(JsonValue::Kind::Object)) {
    reading.fail(value, "an object");
    return values.size();
  }
  std::size_t which = values.size();
  reading.at(name, [&] {
    const JsonMember* const member = value.member(name);
    if (member == nullptr) {
      return reading.fail("it is missing; " + one_of(values) + " is expected");
    }
    if (member->is(JsonValue::Kind::String)) {
      which = static_cast<std::size_t>(std::ranges::find(values, member->text()) - values.begin());
    }
    return which != values.size() || reading.fail(*member, values);
  });
  return which;
}

}  // namespace mastic::json::detail
