// Numbers as people read them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mastic::load {

/// A whole number with a comma before every third digit: "45,120".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// A number of things per second: "45,120", or "4.5" if there are few.
[[nodiscard]] std::string rate_text(double rate);
/// A length of time in three digits: "850 ns", "12.3 µs", "1.23 ms", "12.3 s"; "us" without
/// Unicode.
[[nodiscard]] std::string time_text(std::uint64_t ns, bool unicode);
/// How much of a bar of `columns` a part from 0 to 1 fills: blocks to an eighth of a column, or '#'
/// without Unicode. It is not padded; `columns_of` tells its width.
[[nodiscard]] std::string bar(double part, std::size_t columns, bool unicode);
/// How many columns a text takes on a terminal, if all of its characters take one.
[[nodiscard]] std::size_t columns_of(std::string_view text);

}  // namespace mastic::load
