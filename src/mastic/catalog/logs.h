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

/// The format that `choice` stands for; Auto is text (run.h decides whether it becomes coloured).
[[nodiscard]] base::LogFormat to_log_format(LogFormatChoice choice);

/// Opens the logs that the options ask for, each with a writer of its own. Problems of either file,
/// such as lost lines or a file that cannot be reopened, are reported in the service's own log.
/// The destructor writes the lines that are still queued.
class Logs {
 public:
  /// Opens the service's own log, but not the access log. Fails when the file cannot be opened.
  /// `kernel` must outlive the result. Requires: options.check() has succeeded.
  [[nodiscard]] static base::Result<std::unique_ptr<Logs>> open(const Options& options,
                                                                base::Kernel& kernel);
  /// Opens the access log, unless the options turn it off. Fails when the file cannot be opened. No
  /// other thread may use this object meanwhile.
  [[nodiscard]] base::Result<void> open_access_log(const Options& options);

  /// The service's own log, which lives as long as this object.
  [[nodiscard]] base::Log& log() { return log_; }
  /// The access log, or nullopt while the access log is off or not open yet.
  [[nodiscard]] const std::optional<middleware::AccessLog>& access_log() const {
    return access_log_;
  }

  /// Reopens both files by their paths, after a rotation has renamed or removed them.
  void reopen() noexcept;
  /// Waits until every queued line is written, for at most `longest`. Returns whether all lines are
  /// written.
  bool flush(base::Duration longest);
  /// The number of lines that the access log has lost so far.
  [[nodiscard]] std::uint64_t dropped_accesses() const;

 private:
  Logs(const Options& options, base::Kernel& kernel, threads::LogFile file);

  base::Kernel& kernel_;
  threads::LogWriter writer_;
  base::LineLog log_;
  std::unique_ptr<threads::LogWriter> access_writer_;  ///< destroyed before log_: it reports there
  std::optional<middleware::AccessLog> access_log_;
};

}  // namespace mastic::catalog
