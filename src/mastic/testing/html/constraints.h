// What the controls of a form accept: what can be entered into them, and what stops a submission. The
// rules are those of the HTML standard, "constraint validation".

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/control.h"

namespace mastic::testing::html {

/// What a control makes of a value that its page has, or that is entered ("value sanitization"): a
/// line loses its line ends, and a date that is not one becomes empty.
[[nodiscard]] std::string sanitize(const Control& control, std::string_view value);
/// Why a person could not enter `value` into a control of text; nullopt if it can be entered.
[[nodiscard]] std::optional<std::string> entry_fault(const Control& control,
                                                     std::string_view value);
/// Why a browser would not submit a form with this control; nullopt if it would. `controls` are all
/// controls of the form.
[[nodiscard]] std::optional<std::string> validity_fault(const Control& control,
                                                        const std::vector<Control>& controls);

}  // namespace mastic::testing::html
