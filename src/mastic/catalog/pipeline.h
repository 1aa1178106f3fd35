// The pipeline: what stands around every application that is served, and why in this order.

#pragma once

#include <optional>

#include "mastic/app/app.h"
#include "mastic/middleware/access_log.h"

namespace mastic::catalog {

/// Puts the default middleware around `app`; without `access_log` that one is left out.
[[nodiscard]] app::App make_pipeline(app::App app,
                                     const std::optional<middleware::AccessLog>& access_log);

}  // namespace mastic::catalog
