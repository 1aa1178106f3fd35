// Text as a template argument: site.get<"/hi/{name}">(...).

#pragma once

#include <cstddef>
#include <string_view>

namespace mastic::base {

/// A string literal in a form that a template takes as an argument; N counts its closing zero.
template <std::size_t N>
struct FixedText {
  // NOLINTNEXTLINE(google-explicit-constructor): literals convert to it
  /// Copies the literal.
  consteval FixedText(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  /// The text, without the closing zero.
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
  /// The characters, with the closing zero. They are public because a template argument must not
  /// have private members.
  char text[N]{};
};

}  // namespace mastic::base
