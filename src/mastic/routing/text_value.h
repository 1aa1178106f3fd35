// Reads text from outside as a value: fields of queries and forms, header fields, cookies.
//
// The value may be text, a bool, a number, an enumeration, a Uuid or a type of your own
// (path_type.h), and a std::optional or std::vector of these.

#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/json/enumeration.h"
#include "mastic/routing/path_type.h"

namespace mastic::routing {

/// Reads text as a T.
template <class T>
struct TextValue {
  static_assert(
      PathValueType<T>,
      "a field of a query or form, a header field or a cookie is text, bool, a number, an "
      "enumeration, a Uuid or a type with kPathType and from_path; optional or a vector of these");
  /// Reads `text` into `into`. Returns false, and leaves `into` as it was, when `text` is not a T.
  static bool read(std::string_view text, T& into) {
    auto value = PathType<T>::parse(text);
    if (value) into = std::move(*value);
    return value.has_value();
  }
  /// Says in words what a T looks like, for the message to the client.
  static std::string expected() {
    return std::integral<T> ? "a whole number in its range" : std::string(PathType<T>::kName);
  }
};

template <>
struct TextValue<bool> {
  static bool read(std::string_view text, bool& into) {
    const bool is_true = text == "true" || text == "on" || text == "1";
    const bool is_false = text == "false" || text == "off" || text == "0" || text.empty();
    if (is_true || is_false) into = is_true;
    return is_true || is_false;
  }
  static std::string expected() { return "true or false"; }
};

template <std::floating_point T>
struct TextValue<T> {
  static bool read(std::string_view text, T& into) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && std::isfinite(number)) into = number;
    return whole && std::isfinite(number);
  }
  static std::string expected() { return "a number"; }
};

/// Reads an enumeration by the names of its enumerators.
template <json::Enumeration T>
  requires(!PathValueType<T>)
struct TextValue<T> {
  static bool read(std::string_view text, T& into) {
    const std::optional<T> value = json::parse_enum<T>(text);
    if (value) into = *value;
    return value.has_value();
  }
  static std::string expected() { return json::one_of(json::enum_names<T>()); }
};

/// Reads empty text as an empty optional.
template <class T>
struct TextValue<std::optional<T>> {
  static bool read(std::string_view text, std::optional<T>& into) {
    T value{};
    if (text.empty()) into.reset();
    if (text.empty()) return true;
    if (!TextValue<T>::read(text, value)) return false;
    into = std::move(value);
    return true;
  }
  static std::string expected() { return TextValue<T>::expected(); }
};

/// Each text that is read adds one element to the list.
template <class T>
struct TextValue<std::vector<T>> {
  static bool read(std::string_view text, std::vector<T>& into) {
    T value{};
    if (!TextValue<T>::read(text, value)) return false;
    into.push_back(std::move(value));
    return true;
  }
  static std::string expected() { return TextValue<T>::expected(); }
};

}  // namespace mastic::routing
