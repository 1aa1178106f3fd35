// The pipeline: the filters around an application, from the outermost to the innermost, and the
// reason for the place of each.

#pragma once

#include <optional>
#include <span>

#include "mastic/app/app.h"
#include "mastic/deploy/filter_order.h"
#include "mastic/middleware/access_log.h"

namespace mastic::catalog {

/// The filters that Mastic has, the outermost first. A `pipeline =` of a site file that has two of
/// them in another order gets a warning with the reason.
[[nodiscard]] std::span<const deploy::FilterPlace> layers();

/// Puts the layers that are on by default around `app`. The access log is one of them unless
/// `access_log` is nullopt.
[[nodiscard]] app::App make_pipeline(app::App app,
                                     const std::optional<middleware::AccessLog>& access_log);

}  // namespace mastic::catalog
