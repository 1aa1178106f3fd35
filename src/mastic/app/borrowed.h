// Text that a handler returns without a copy, because it outlives the answer.
//
// A handler must not return a std::string_view: the compiler cannot tell whether it refers to a
// literal or to a local variable, which is gone by the time the answer is sent. With `borrowed`, a
// handler says that the text stays (ADR 0031).

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::app {

/// Text that a handler returns without a copy: it stays unchanged until the answer has been sent.
/// Made by `borrowed`.
struct Borrowed {
  std::string_view text;
};

/// Says that `text` stays unchanged until the answer has been sent, so that a handler may return
/// it. The answer is `text/plain` and holds no copy.
///
///     site.get<"/hi/{name}">([](std::string_view name) { return borrowed(name); });
///
/// Literals stay, and so do parts of the request (path values, fields, its text) and data that the
/// application owns and never changes. A local variable of the handler does not stay: return it as
/// a std::string.
[[nodiscard]] inline Borrowed borrowed(std::string_view text MASTIC_LIFETIMEBOUND) {
  return {text};
}
/// Refuses a temporary std::string, which is destroyed at the end of the statement.
template <class Text>
  requires std::same_as<std::remove_const_t<Text>, std::string>
Borrowed borrowed(Text&&) {
  static_assert(
      !std::same_as<std::remove_const_t<Text>, std::string>,
      "borrowed(text) would refer to a std::string that is destroyed at the end of the statement: "
      "return the std::string itself");
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

/// Whether a handler's result is a std::filesystem::path, or a std::optional or Result of one. The
/// path is recognized by a member, because its header is slow to compile.
template <class T>
inline constexpr bool kIsPath = requires { T::preferred_separator; };
template <class T>
inline constexpr bool kIsPath<std::optional<T>> = kIsPath<T>;
template <class T>
inline constexpr bool kIsPath<base::Result<T>> = kIsPath<T>;

/// Refuses, at compile time, a result that may refer to text that is gone, and a path, which would
/// be sent as text; the message says what to write instead. Returns whether the result is allowed.
template <class Result>
consteval bool shows_what_stays() {
  constexpr bool kStays = !kIsView<Result>;
  static_assert(
      kStays,
      "a handler must not return a std::string_view, because its text may be gone by then: return "
      "std::string(text), or borrowed(text) when the text stays until the answer is sent");
  constexpr bool kIsNoPath = !kIsPath<Result>;
  static_assert(
      kIsNoPath,
      "a handler must not return a std::filesystem::path, because the path would be sent as text: "
      "return send_file(request, path) to send the file");
  return kStays && kIsNoPath;
}

}  // namespace detail

}  // namespace mastic::app
