// The version of Mastic.

#pragma once

#include <string_view>

namespace mastic::base {

/// The version of these headers: MAJOR.MINOR.PATCH. CMakeLists.txt reads it from this line.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace mastic::base
