// The access log as a filter of a configuration file.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/app/middleware.h"
#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/middleware/access_log.h"

namespace mastic::catalog {

/// The options of an access log in a configuration file.
struct AccessLogSection {
  /// File that the access log is appended to; `-` is standard output. The file is reopened after it
  /// has been renamed or removed.
  std::string file = "-";
  /// Format of the lines: combined is that of Apache and nginx, json is one object per line.
  middleware::AccessLogFormat format = middleware::AccessLogFormat::Combined;
  /// Maximum size of one field in a line. Beyond it: the field is truncated and ends in `...`.
  std::uint64_t max_log_field_bytes = 4096;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Makes a filter that writes a line for each request that passes it. The file is opened when the
/// server starts, so that a file is neither made nor needed to check a site; if it cannot be opened,
/// the server does not start. `kernel` must outlive the applications that the filter is put around.
///
/// Requests that the server rejects itself pass no filter. The access log of the server
/// (--access-log) has them, too.
[[nodiscard]] app::Middleware access_log_filter(const AccessLogSection& section,
                                                base::Kernel& kernel);

}  // namespace mastic::catalog
