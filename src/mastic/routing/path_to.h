// Makes paths from patterns and values; a route takes values from paths.

#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "mastic/app/path_text.h"
#include "mastic/base/fixed_text.h"
#include "mastic/routing/route_pattern.h"

namespace mastic::routing {

using app::encode_literal;
using app::PathText;
using app::to_path_text;

/// Makes the path that `pattern` matches with `values`, in normal form. Throws
/// std::invalid_argument when the pattern takes a different number of values, or when a value
/// cannot be part of a path.
[[nodiscard]] std::string make_path(const RoutePattern& pattern,
                                    std::span<const std::string> values);

/// Makes the path of a pattern with these values: `path_to<"/items/{id:int}/{name}">(7, "a b")` is
/// "/items/7/a%20b". The number of values is checked at compile time.
template <base::FixedText Pattern, PathText... V>
[[nodiscard]] std::string path_to(const V&... values) {
  constexpr RoutePattern pattern(Pattern.view());
  static_assert(pattern.is_valid(), "this is not a pattern of a route");
  static_assert(sizeof...(V) == pattern.values(), "the pattern has a different number of values");
  return make_path(pattern, std::array<std::string, sizeof...(V)>{to_path_text(values)...});
}

}  // namespace mastic::routing
