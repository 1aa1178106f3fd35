// The pipeline: what stands around every application that is served, and why in this order.

#pragma once

#include <memory>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/catalog/options.h"

namespace mastic::catalog {

/// Puts the default middleware around `app`. `lines` takes the access log; none when it is off. All
/// arguments but `app` must outlive the result.
[[nodiscard]] app::App make_pipeline(app::App app, const Options& options, base::LineSink* lines,
                                     base::Kernel& kernel);

}  // namespace mastic::catalog
