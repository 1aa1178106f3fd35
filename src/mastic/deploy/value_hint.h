// Hints for values whose author expects other rules of a file than it has.

#pragma once

#include <string>
#include <string_view>

namespace mastic::deploy {

/// What the end of a message says about a value of a file that turned out to be wrong, if it has a
/// comment, quotes or a second line: " (the quotes belong to the value, ...)". Empty if it has none.
[[nodiscard]] std::string value_hint(std::string_view value);

}  // namespace mastic::deploy
