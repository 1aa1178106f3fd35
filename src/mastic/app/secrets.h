// Recognizes credentials in a request, so that logs and pages do not show them.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/activity.h"

namespace mastic::app {

/// Whether a value with this name may be a credential: "Authorization", "session_id", "api-key".
[[nodiscard]] bool names_secret(std::string_view name);

/// Returns the target of a request with *** in place of what may be a credential: values in the
/// query and in parameters of the path (";jsessionid=") whose names say so, and long parts of the
/// query that have no name. The path itself is shown.
///
///     /report?year=2024&token=eyJhbGci  becomes  /report?year=2024&token=***
[[nodiscard]] std::string blank_secrets(std::string_view target);
/// Adds `target` to a crash report, with its secrets blanked out. Allocates nothing.
void add_without_secrets(base::ActivityReport& report, std::string_view target) noexcept;

}  // namespace mastic::app
