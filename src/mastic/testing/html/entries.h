// Which controls of a form are sent, and as what: the HTML standard, "constructing the entry list".

#pragma once

#include <vector>

#include "mastic/testing/html/submission.h"

namespace mastic::testing::html {

/// The entries of a form with these controls, in their order. `button` is the one that was pressed, or
/// null.
[[nodiscard]] std::vector<FormEntry> entries_of(const std::vector<Control>& controls,
                                                const Control* button, Charset charset);

}  // namespace mastic::testing::html
