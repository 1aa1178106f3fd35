// The access log: a line for each request, after the last byte of its answer.

#pragma once

#include <optional>

#include "mastic/app/middleware.h"
#include "mastic/app/rejected_request.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"

namespace mastic::middleware {

/// The format of the lines.
enum class AccessLogFormat {
  /// The combined format of Apache and nginx, followed by the duration in microseconds and, for an
  /// answer that was not sent to its end, the word `aborted`.
  Combined,
  /// One object per line: time, client, method, target, version, referer, user_agent, id, status,
  /// bytes, duration_us, complete; for a request that the server rejected also the reason.
  Json,
};

/// Writes a line for each request. Text from the client is escaped, so that it cannot forge a line,
/// and truncated to `max_log_field_bytes`.
class AccessLog {
 public:
  /// Writes to `sink`, which must never block. `sink` and `kernel` must outlive the AccessLog.
  AccessLog(base::LineSink& sink, AccessLogFormat format, base::Kernel& kernel,
            std::size_t max_log_field_bytes = 4096)
      : sink_(&sink), kernel_(&kernel), format_(format), max_field_(max_log_field_bytes) {}

  /// Lets the request pass, and writes its line when the exchange has finished.
  std::optional<app::Response> before(app::Request& request) const;
  /// Writes a line for a request that the server rejected. What could not be read of the request is
  /// shown as "-" or, in JSON, as empty text.
  void write_rejected(const app::RejectedRequest& rejected) const noexcept;

 private:
  struct Entry;
  void write(const Entry& entry) const;
  [[nodiscard]] std::string combined_line(const Entry& entry) const;
  [[nodiscard]] std::string json_line(const Entry& entry) const;

  base::LineSink* sink_;
  base::Kernel* kernel_;
  AccessLogFormat format_;
  std::size_t max_field_;
};

}  // namespace mastic::middleware
