// From the bytes of a page to its tree, by way of libgumbo.

#pragma once

#include <memory>
#include <string_view>

#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {

/// Parses any bytes as HTML, as browsers do. Throws std::logic_error for an encoding that is not
/// supported, and when Mastic was built without libgumbo.
[[nodiscard]] std::shared_ptr<const Tree> parse(std::string_view bytes,
                                                std::string_view content_type);

}  // namespace mastic::testing::html
