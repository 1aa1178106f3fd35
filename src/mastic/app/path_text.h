// Paths from patterns and values: what a route takes apart, put together.

#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string>
#include <string_view>

#include "mastic/app/route_pattern.h"
#include "mastic/base/fixed_text.h"
#include "mastic/base/uuid.h"

namespace mastic::app {

// ---- values of a path as text; a type of your own has `std::string to_path() const` ----

inline std::string to_path_text(std::string_view text) { return std::string(text); }
template <std::integral T>
std::string to_path_text(T number) {
  return std::to_string(number);
}
inline std::string to_path_text(const base::Uuid& uuid) { return uuid.to_string(); }
template <class T>
  requires requires(const T& value) {
    { value.to_path() } -> std::same_as<std::string>;
  }
std::string to_path_text(const T& value) {
  return value.to_path();
}

template <class T>
concept PathText = requires(const T& value) {
  { to_path_text(value) } -> std::same_as<std::string>;
};

/// The text of a pattern between its values as paths have it: spaces, controls and what is not
/// ASCII become escapes.
[[nodiscard]] std::string encode_literal(std::string_view text);

/// The path that `pattern` matches with `values`, in normal form. Throws std::invalid_argument when
/// their number is another, or one cannot stand in a path.
[[nodiscard]] std::string make_path(const RoutePattern& pattern,
                                    std::span<const std::string> values);

/// path_to<"/items/{id:int}/{name}">(7, "a b") is "/items/7/a%20b". How many values there are is
/// checked when compiled.
template <base::FixedText Pattern, PathText... V>
[[nodiscard]] std::string path_to(const V&... values) {
  constexpr RoutePattern pattern(Pattern.view());
  static_assert(pattern.is_valid(), "this is no pattern of a route");
  static_assert(sizeof...(V) == pattern.values(), "the pattern has another number of values");
  return make_path(pattern, std::array<std::string, sizeof...(V)>{to_path_text(values)...});
}

}  // namespace mastic::app
