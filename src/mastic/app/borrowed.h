// Text that a handler returns without a copy, because it stays where it stands.
//
// A handler must not return a std::string_view: nothing tells whether it shows a literal or a local that is gone by
// the time somebody reads it, and both compile. Who returns one says that its text stays (ADR 0031).

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::app {

/// Text that a handler returns as it stands: it stays there, unchanged, until the answer has been sent. `borrowed`
/// makes one.
struct Borrowed {
  std::string_view text;
};

/// Says that `text` stays as it is until the answer has been sent, so a handler may return it. The answer is
/// `text/plain` and holds no copy.
///
///     site.get<"/hi/{name}">([](std::string_view name) { return borrowed(name); });
///
/// A literal stays, what came with the request does (path values, fields, its text), and so does what the application
/// owns and never changes. A local of the handler does not: return it as a std::string, which is a copy.
[[nodiscard]] inline Borrowed borrowed(std::string_view text MASTIC_LIFETIMEBOUND) {
  return {text};
}
/// Refuses a std::string that nothing holds, for it is gone at the end of the line.
template <class Text>
  requires std::same_as<Text, std::string>
Borrowed borrowed(Text&&) {
  static_assert(
      !std::same_as<Text, std::string>,
      "borrowed(text) would show a std::string that is gone at the end of the line: return "
      "the std::string itself");
  return {};
}

namespace detail {

/// Whether a handler's result is a std::string_view, or a std::optional or Result of one.
template <class T>
inline constexpr bool kIsView = std::same_as<T, std::string_view>;
template <class T>
inline constexpr bool kIsView<std::optional<T>> = kIsView<T>;
template <class T>
inline constexpr bool kIsView<base::Result<T>> = kIsView<T>;

/// Refuses a result that may show text which is gone, and says what to write instead. Returns whether it is none.
template <class Result>
consteval bool shows_what_stays() {
  constexpr bool kStays = !kIsView<Result>;
  static_assert(
      kStays,
      "a handler returns no std::string_view, for what it shows may be gone by then: return "
      "std::string(text), or borrowed(text) when that stays until the answer is sent");
  return kStays;
}

}  // namespace detail

}  // namespace mastic::app
