// Paths from patterns and values: what a route takes apart, put together.

#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "mastic/app/path_text.h"
#include "mastic/base/fixed_text.h"
#include "mastic/routing/route_pattern.h"

namespace mastic::routing {

using app::PathText;
using app::to_path_text;

/// The text of a pattern between its values as paths have it: spaces, controls and what is not
/// ASCII become escapes.
[[nodiscard]] std::string encode_literal(std::string_view text);

/// The path that `pattern` matches with `values`, in normal form. Throws std::invalid_argument when
/// their number is another, or one cannot stand in a path.
[[nodiscard]] std::string make_path(const RoutePattern& pattern,
                                    std::span<const std::string> values);

/// The path of a pattern with these values: `path_to<"/items/{id:int}/{name}">(7, "a b")` is
/// "/items/7/a%20b". How many values there are is checked when compiled.
template <base::FixedText Pattern, PathText... V>
[[nodiscard]] std::string path_to(const V&... values) {
  constexpr RoutePattern pattern(Pattern.view());
  static_assert(pattern.is_valid(), "this is no pattern of a route");
  static_assert(sizeof...(V) == pattern.values(), "the pattern has another number of values");
  return make_path(pattern, std::array<std::string, sizeof...(V)>{to_path_text(values)...});
}

}  // namespace mastic::routing
