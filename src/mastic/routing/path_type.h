// How a segment of a path becomes a value of a handler: text, numbers, UUIDs, and your own types.
//
//     struct Color {
//       static constexpr std::string_view kPathType = "color";        // /paint/{with:color}
//       static std::optional<Color> from_path(std::string_view text); // nothing: another route, or 404
//     };
//
// For a type of another library, specialize PathType instead of adding these two members.

#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/text.h"
#include "mastic/base/uuid.h"

namespace mastic::routing {

/// Makes a T of a segment. A specialization has `kName`, the name of the type in patterns, and
/// `parse`, which reads decoded text. Write a specialization for your own types.
template <class T>
struct PathType;

/// A type that a segment of a path can become, because PathType reads it.
template <class T>
concept PathValueType = requires(std::string_view text) {
  { PathType<T>::kName } -> std::convertible_to<std::string_view>;
  { PathType<T>::parse(text) } -> std::same_as<std::optional<T>>;
};

/// Text takes any segment, and the rest of a path.
template <>
struct PathType<std::string_view> {
  static constexpr std::string_view kName{};  ///< empty: patterns need not name it
  static std::optional<std::string_view> parse(std::string_view text) { return text; }
};
template <>
struct PathType<std::string> {
  static constexpr std::string_view kName{};  ///< empty: patterns need not name it
  static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
};

/// A whole number. Text with a number that T cannot hold does not become a T.
template <std::signed_integral T>
struct PathType<T> {
  static constexpr std::string_view kName = "int";
  static std::optional<T> parse(std::string_view text) {
    const auto number = base::parse_integer(text);
    const bool fits = number && *number >= std::numeric_limits<T>::min() &&
                      *number <= std::numeric_limits<T>::max();
    return fits ? std::optional(static_cast<T>(*number)) : std::nullopt;
  }
};
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
struct PathType<T> {
  static constexpr std::string_view kName = "uint";
  static std::optional<T> parse(std::string_view text) {
    const auto number = base::parse_decimal(text);
    const bool fits = number && *number <= std::numeric_limits<T>::max();
    return fits ? std::optional(static_cast<T>(*number)) : std::nullopt;
  }
};

template <>
struct PathType<base::Uuid> {
  static constexpr std::string_view kName = "uuid";
  static std::optional<base::Uuid> parse(std::string_view text) { return base::Uuid::parse(text); }
};

template <class T>
  requires requires(std::string_view text) {
    { T::kPathType } -> std::convertible_to<std::string_view>;
    { T::from_path(text) } -> std::same_as<std::optional<T>>;
  }
struct PathType<T> {
  static constexpr std::string_view kName = T::kPathType;
  static std::optional<T> parse(std::string_view text) { return T::from_path(text); }
};

/// What a router has to know of a type: its name, and whether a segment is a value of it.
struct PathMatcher {
  /// The name of the type in patterns, such as `int`.
  std::string_view type;
  bool (*matches)(std::string_view text) = nullptr;  ///< whether decoded text is a value of it

  friend bool operator==(const PathMatcher&, const PathMatcher&) = default;
};

/// Makes the matcher of type T.
template <PathValueType T>
[[nodiscard]] constexpr PathMatcher matcher_of() {
  return {PathType<T>::kName,
          [](std::string_view text) { return PathType<T>::parse(text).has_value(); }};
}

}  // namespace mastic::routing
