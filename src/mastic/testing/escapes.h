// Bytes in the text files of tests, as C escapes.

#pragma once

#include <string>
#include <string_view>

namespace mastic::testing {

/// Appends `bytes` so that people can read and edit them: \\ \r \t and \xHH stand for what cannot be
/// seen, and for bytes that are not UTF-8. A line feed stays, or is written as \n if `escapes_lines`;
/// a blank before it, and one at the end, becomes \x20.
void append_escaped(std::string& out, std::string_view bytes, bool escapes_lines);

/// The bytes that escaped text stands for: \\ \r \n \t \0 \xHH, and also {N*text}, which repeats a text
/// N times, if `repeats`. Throws std::invalid_argument for any other escape.
[[nodiscard]] std::string unescape(std::string_view text, bool repeats);

}  // namespace mastic::testing
