// How two texts differ, line by line, for the message of a failed test.

#pragma once

#include <string>
#include <string_view>

namespace mastic::testing {

/// The lines in which `actual` differs from `expected`, with the number of each line and two lines
/// around; empty when the texts are the same:
///
///          2   Content-Type: text/plain
///     -    3   hi ada
///     +    3   hello ada
///
/// A line with a minus sign was expected, and one with a plus sign came instead; the numbers are
/// those of the text that the line is from. What cannot be seen is escaped: control characters, bytes
/// that are not UTF-8, and blanks at the end of a line. A last line without a line feed is marked.
/// At most 200 lines are shown.
[[nodiscard]] std::string difference(std::string_view expected, std::string_view actual);

/// Whether golden files are written instead of compared: the environment variable
/// MASTIC_WRITE_GOLDEN is set.
[[nodiscard]] bool writes_golden_files();
/// Writes a golden file and its folder. Returns why that is not possible; empty when it is.
[[nodiscard]] std::string write_golden_file(const std::string& path, std::string_view text);

}  // namespace mastic::testing
