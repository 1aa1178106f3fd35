// The logs of a service: its own, and the access log.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "mastic/base/kernel.h"
#include "mastic/base/log_format.h"
#include "mastic/base/result.h"
#include "mastic/catalog/options.h"
#include "mastic/middleware/access_log.h"
#include "mastic/threads/log_writer.h"

namespace mastic::catalog {

[[nodiscard]] base::LogFormat to_log_format(LogFormatChoice choice);

/// Opens what the options ask for, each with a writer of its own. The log says what befalls either:
/// lines that were lost, a file that cannot be opened anew. Destroying them writes what waits.
class Logs {
 public:
  /// Opens the log alone. `kernel` must outlive it. Requires: options.check() found nothing.
  [[nodiscard]] static base::Result<std::unique_ptr<Logs>> open(const Options& options,
                                                                base::Kernel& kernel);
  /// Opens the access log, unless it is off. Not while another thread uses the logs.
  [[nodiscard]] base::Result<void> open_access_log(const Options& options);

  [[nodiscard]] base::Log& log() { return log_; }
  [[nodiscard]] const std::optional<middleware::AccessLog>& access_log() const {
    return access_log_;
  }

  /// Opens the files anew, when they were renamed or removed.
  void reopen() noexcept;
  /// Waits until all is written, or for `longest`; says which.
  bool flush(base::Duration longest);
  /// Lines of the access log that were lost.
  [[nodiscard]] std::uint64_t dropped_accesses() const;

 private:
  Logs(const Options& options, base::Kernel& kernel, threads::LogFile file);

  base::Kernel& kernel_;
  threads::LogWriter writer_;
  base::LineLog log_;
  std::unique_ptr<threads::LogWriter> access_writer_;  ///< goes first: it reports to the log
  std::optional<middleware::AccessLog> access_log_;
};

}  // namespace mastic::catalog
