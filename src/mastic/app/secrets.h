// What is not shown of a request to those who look at errors and at what a server does.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/activity.h"

namespace mastic::app {

/// Whether what has this name may be a credential: "Authorization", "session_id", "api-key".
[[nodiscard]] bool names_secret(std::string_view name);

/// A request's target with *** for what may be a credential: the values in the query, and in
/// parameters of the path (";jsessionid="), whose names say so, and long parts of the query that
/// have no name. What stands in the path itself is shown.
///
///     /report?year=2024&token=eyJhbGci  becomes  /report?year=2024&token=***
[[nodiscard]] std::string blank_secrets(std::string_view target);
/// Adds `target` to the report of a crash, with its secrets blanked out. Takes no memory.
void add_without_secrets(base::ActivityReport& report, std::string_view target) noexcept;

}  // namespace mastic::app
