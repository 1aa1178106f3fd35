// Values of a path as text: values that a route has taken from a path, and values to put into a
// path.

#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "mastic/base/uuid.h"

namespace mastic::app {

/// A value that a route's pattern took from the path.
struct PathValue {
  std::string_view name;
  std::string_view text;  ///< decoded
};

// ---- values as text; a type of your own has `std::string to_path() const` ----

/// The text that stands for a value in a path, before it is escaped.
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

/// Encodes the literal text of a pattern or prefix for a path: spaces, control characters and bytes
/// beyond ASCII become escapes.
[[nodiscard]] std::string encode_literal(std::string_view text);

/// A type whose values can be put into a path.
template <class T>
concept PathText = requires(const T& value) {
  { to_path_text(value) } -> std::same_as<std::string>;
};

}  // namespace mastic::app
