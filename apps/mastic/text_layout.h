// Text in columns, for terminals.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mastic::program {

/// Appends the words of `text` in lines of at most 80 columns, each behind `indent` spaces.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent);

}  // namespace mastic::program
