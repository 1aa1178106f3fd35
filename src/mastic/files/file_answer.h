// The answer to a GET or HEAD of one file: all of it, one or several ranges, or an error.

#pragma once

#include <cstdint>
#include <memory>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/files/file_cache.h"

namespace mastic::files {

/// Makes the answer to a GET or HEAD of `file`: evaluates preconditions and ranges (RFC 9110 §13
/// and §14) and adds the fields of the file. `unix_now` is the current time in seconds since 1970.
[[nodiscard]] app::Response answer_with_file(app::Request& request,
                                             const std::shared_ptr<const CachedFile>& file,
                                             const Options& options, std::int64_t unix_now);

}  // namespace mastic::files
