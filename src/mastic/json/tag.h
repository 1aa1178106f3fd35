// Tags: how a struct is recognized among others in JSON.
//
//     struct Say { static constexpr JsonTag kJsonTag{"say"}; std::string text; };     // {"type":"say","text":"hi"}
//     struct Leave { static constexpr JsonTag kJsonTag{"leave"}; };                   // {"type":"leave"}
//     using FromPage = std::variant<Say, Leave>;                                      // read by the tag
//
// A tag is a member in JSON that the struct does not have: it is written before the fields, and the
// struct is read only from an object that has it.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "mastic/base/encoding.h"
#include "mastic/json/aggregate.h"
#include "mastic/json/json_document.h"
#include "mastic/json/json_reading.h"

namespace mastic::json {

/// The tag of a struct, which lists it as `static constexpr JsonTag kJsonTag`.
struct JsonTag {
  std::string_view value;            ///< what tells the struct from others
  std::string_view member = "type";  ///< the name of the member that holds the value
};

/// A struct with a tag. It may have no fields.
template <class T>
concept Tagged = std::is_class_v<T> && std::is_aggregate_v<T> &&
                 std::same_as<std::remove_cvref_t<decltype(T::kJsonTag)>, JsonTag>;

namespace detail {

/// Fails to compile, with a message that says why, if the tag of T is wrong.
template <Tagged T>
consteval void check_tag() {
  constexpr JsonTag kTag = T::kJsonTag;
  static_assert(is_plain_name(kTag.member) && is_plain_name(kTag.value),
                "a name in kJsonTag is empty, or has a quote, a backslash or a control character");
  if constexpr (Aggregate<T>) {
    static_assert(std::ranges::find(field_names<T>(), kTag.member) == field_names<T>().end(),
                  "a field has the name of the member that holds the tag: see kJsonTag");
  }
}

/// The tags of all alternatives of a variant.
template <class... T>
inline constexpr std::array<std::string_view, sizeof...(T)> kTagValues{T::kJsonTag.value...};

/// Whether the alternatives are told apart by tags, which are in the same member.
template <class... T>
consteval bool are_tagged() {
  if constexpr ((Tagged<T> && ...)) {
    const std::array members{T::kJsonTag.member...};
    return std::ranges::all_of(members, [&](std::string_view each) { return each == members[0]; });
  }
  return false;
}
template <class... T>
consteval void check_tags() {
  static_assert(are_different(kTagValues<T...>),
                "two alternatives of a variant have the same kJsonTag");
}

/// Appends `{"type":"say"`, the beginning of an object.
inline void write_tag(std::string& out, const JsonTag& tag) {
  out.append("{\"").append(tag.member).append("\":\"").append(tag.value) += '"';
}
/// Returns which of `values` the member `name` of `value` is. If it is not one of them, notes a fault
/// and returns values.size().
[[nodiscard]] std::size_t read_tag(const JsonValue& value, std::string_view name,
                                   std::span<const std::string_view> values, JsonReading& reading);

}  // namespace detail
}  // namespace mastic::json
