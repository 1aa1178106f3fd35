// Variants in JSON: values of several types in one place. Included by json.h.
//
// If all alternatives are structs with a tag (tag.h), the tag says which one it is, and a fault names
// its place within that struct. Otherwise the first alternative that fits is taken.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "mastic/json/json.h"
#include "mastic/json/tag.h"

namespace mastic::json {
namespace detail {

/// Reads the alternative that the tag of `value` names. Like any value with parts, it keeps those
/// parts that could be read.
template <class... T>
bool read_by_tag(const JsonValue& value, std::variant<T...>& into, JsonReading& reading) {
  constexpr std::string_view kMember = std::array{T::kJsonTag.member...}[0];
  const std::size_t which = read_tag(value, kMember, kTagValues<T...>, reading);
  const auto read_if = [&]<std::size_t I>() {
    if (I != which) return false;
    return read_part(value, into.template emplace<I>(), reading);
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (read_if.template operator()<I>() || ...);
  }(std::index_sequence_for<T...>());
}

/// Reads the first alternative that fits.
template <class... T>
bool read_first_fit(const JsonValue& value, std::variant<T...>& into, JsonReading& reading) {
  const auto takes = [&]<class Alternative>() {
    Alternative alternative{};
    // Refuse unknown members: otherwise a struct whose fields are all optional would fit any
    // object.
    JsonReading trial(UnknownMembers::Refuse);
    if (!read_part<Alternative>(value, alternative, trial)) return false;
    into = std::move(alternative);
    return true;
  };
  if ((takes.template operator()<T>() || ...)) return true;
  return reading.fail(value, "one of several kinds of value");
}

}  // namespace detail

template <class... T>
struct JsonType<std::variant<T...>> {
  static void write(std::string& out, const std::variant<T...>& value) {
    std::visit([&](const auto& held) { detail::write_part(out, held); }, value);
  }
  static bool read(const JsonValue& value, std::variant<T...>& into, JsonReading& reading) {
    if constexpr (detail::are_tagged<T...>()) {
      detail::check_tags<T...>();
      return detail::read_by_tag(value, into, reading);
    } else {
      return detail::read_first_fit(value, into, reading);
    }
  }
};

}  // namespace mastic::json
