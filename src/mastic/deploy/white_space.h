// White space as Python sees it, because the files of a site mean what they mean to Python.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace mastic::deploy {

/// How many bytes the white space character at the start of `text` has; 0 when `text` does not begin
/// with white space. `text` is UTF-8. The characters are those of Python's `str.isspace`.
[[nodiscard]] std::size_t white_space_size(std::string_view text);

/// Returns `text` without the white space at its start.
[[nodiscard]] std::string_view strip_start(std::string_view text);
/// Returns `text` without the white space at its end.
[[nodiscard]] std::string_view strip_end(std::string_view text);
/// Returns `text` without the white space at both ends.
[[nodiscard]] std::string_view strip(std::string_view text);
/// Returns the words of `text`, which white space separates.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

}  // namespace mastic::deploy
