// How the calls of this room fail.

#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace mastic::testing::html {

/// Throws std::logic_error with a message that begins with the place of the call in the test:
/// "order_test.cc:31: the form 'order' has no field 'nane'; ...".
[[noreturn]] void fail_at(const std::source_location& where, const std::string& message);
/// The names in quotes with commas between them: those that are like `wanted` first, each once, and at
/// most 40.
[[nodiscard]] std::string list_names(std::string_view wanted,
                                     const std::vector<std::string>& names);

}  // namespace mastic::testing::html
