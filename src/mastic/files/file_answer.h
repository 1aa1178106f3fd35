// What a GET or HEAD of one file is answered with: whole, a part, several parts, or not at all.

#pragma once

#include <cstdint>
#include <memory>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/files/file_cache.h"

namespace mastic::files {

/// Evaluates preconditions and ranges (RFC 9110 §13 and §14) and fills in the fields of the file.
[[nodiscard]] app::Response answer_with_file(app::Request& request,
                                             const std::shared_ptr<const CachedFile>& file,
                                             const Options& options, std::int64_t unix_now);

}  // namespace mastic::files
