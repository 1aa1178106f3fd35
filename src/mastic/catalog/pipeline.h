// The pipeline: the middleware around every application that is served, and the reason for its
// order.

#pragma once

#include <optional>

#include "mastic/app/app.h"
#include "mastic/middleware/access_log.h"

namespace mastic::catalog {

/// Puts the default middleware around `app`. The access log is part of it unless `access_log` is
/// nullopt.
[[nodiscard]] app::App make_pipeline(app::App app,
                                     const std::optional<middleware::AccessLog>& access_log);

}  // namespace mastic::catalog
