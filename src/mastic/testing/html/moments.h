// The numbers, dates and times that controls hold, in the formats of the HTML standard.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mastic::testing::html {

/// A number as the standard writes it: "-12.5e3", but not "+1", "1." or " 1".
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// The shortest text that is read as `number`.
[[nodiscard]] std::string format_number(double number);

/// The value of a control of type number, range, date, month, week, time or datetime-local as a number
/// that can be compared: milliseconds since 1970 for dates and times, since midnight for a time, and
/// months since January 1970. nullopt if `text` is not such a value.
[[nodiscard]] std::optional<double> parse_ordered(std::string_view type, std::string_view text);
/// Whether the values of a type of control have an order.
[[nodiscard]] bool is_ordered(std::string_view type);
/// An example of a value of that type, for messages: "2026-11-30" for a date.
[[nodiscard]] std::string_view example_of(std::string_view type);

}  // namespace mastic::testing::html
