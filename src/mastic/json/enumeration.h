// The enumerators of an enumeration and their names, without macros.
//
//     enum class Color { Red, Green };
//     enum_name(Color::Red);           // "Red", as it is spelt in the program
//     parse_enum<Color>("Green");      // Color::Green
//     enum_names<Color>();             // "Red", "Green"
//
// For scoped and unscoped enumerations. Only enumerators with values from 0 to 63 have names here.

#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mastic::json {

namespace detail {

// Compilers warn about a cast to a value for which the enumerators of E have no bits. Here that is
// harmless: the value just has no name.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#endif

/// Whether E can hold the value V: the cast is a constant expression and keeps the value.
template <class E, std::size_t V>
concept EnumHolds = requires {
  typename std::integral_constant<E, static_cast<E>(V)>;
  requires static_cast<std::size_t>(static_cast<E>(V)) == V;
};

/// How many values, counted from 0, an E can hold, up to 64. Without a fixed underlying type it can
/// hold only the bits that its enumerators need, and a cast beyond them is undefined.
template <class E, std::size_t Most = 64>
consteval std::size_t count_enum_values() {
  if constexpr (Most == 1 || EnumHolds<E, Most - 1>) {
    return Most;
  } else {
    return count_enum_values<E, Most / 2>();
  }
}

/// All values in one text, "... = {Color::Red, Color::Green, (Color)2}]"; Clang writes angle
/// brackets. One function with 64 values takes 15 ms to compile; 64 functions with one value each
/// took 100 ms (ADR 0008).
template <auto... V>
consteval std::string_view spell_list() {
  return __PRETTY_FUNCTION__;
}

/// The names in the list that `spell_list` returns, indexed by value. A value without a name is
/// spelt as a cast, and gets an empty name. The empty name is assigned too, because GCC 12
/// mistreats an array that keeps some of its initial elements.
///
/// `depth` counts brackets, so that a comma or colon inside a template argument ends no name. A
/// colon at the depth of the list drops the qualifiers before a name.
template <std::size_t N>
consteval std::array<std::string_view, N> names_in_list(std::string_view text) {
  std::array<std::string_view, N> names{};
  std::size_t begin = text.find("V = ") + 5;
  std::size_t at = 0;
  int depth = 1;
  for (std::size_t i = begin; depth > 0; ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '{') ++depth;
    if (c == ')' || c == '>' || c == '}') --depth;
    if (depth == 1 && c == ':') begin = i + 1;
    if (depth > 1 || (c != ',' && depth == 1)) continue;
    const std::string_view word = text.substr(begin, i - begin);
    names[at++] = word.starts_with('(') ? std::string_view() : word;
    begin = i + 2;
  }
  return names;
}

template <class E, std::size_t... V>
consteval auto names_by_value(std::index_sequence<V...>) {
  return names_in_list<sizeof...(V)>(spell_list<static_cast<E>(V)...>());
}
#if defined(__clang__)
#pragma clang diagnostic pop
#else
#pragma GCC diagnostic pop
#endif

template <class E>
inline constexpr auto kNamesByValue =
    names_by_value<E>(std::make_index_sequence<count_enum_values<E>()>());

template <class E>
consteval std::size_t count_names() {
  std::size_t count = 0;
  for (const std::string_view name : kNamesByValue<E>) count += name.empty() ? 0 : 1;
  return count;
}

template <class E>
consteval auto names_in_order() {
  std::array<std::string_view, count_names<E>()> names{};
  std::size_t at = 0;
  for (const std::string_view name : kNamesByValue<E>) {
    if (!name.empty()) names[at++] = name;
  }
  return names;
}
template <class E>
inline constexpr auto kEnumNames = names_in_order<E>();

}  // namespace detail

/// An enumeration with at least one enumerator that has a name here.
template <class E>
concept Enumeration = std::is_enum_v<E> && (detail::count_names<E>() > 0);

/// The name of the enumerator with this value; empty if no enumerator has it.
template <Enumeration E>
[[nodiscard]] constexpr std::string_view enum_name(E value) {
  const auto at = static_cast<std::size_t>(value);  // a negative value becomes far too large
  return at < detail::kNamesByValue<E>.size() ? detail::kNamesByValue<E>[at] : std::string_view();
}

/// The enumerator with this name, or std::nullopt. Names are case-sensitive.
template <Enumeration E>
[[nodiscard]] constexpr std::optional<E> parse_enum(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto found = std::ranges::find(detail::kNamesByValue<E>, name);
  if (found == detail::kNamesByValue<E>.end()) return std::nullopt;
  return static_cast<E>(found - detail::kNamesByValue<E>.begin());
}

/// The names of all enumerators, in the order of their values.
template <Enumeration E>
[[nodiscard]] constexpr std::span<const std::string_view> enum_names() {
  return detail::kEnumNames<E>;
}

/// Returns "one of 'Red', 'Green'", or "'Red'" when there is only that one, for messages.
[[nodiscard]] std::string one_of(std::span<const std::string_view> names);

}  // namespace mastic::json
