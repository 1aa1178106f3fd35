// The access log: a line for each request, after the last byte of its answer.

#pragma once

#include <optional>

#include "mastic/app/middleware.h"
#include "mastic/app/rejected_request.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log.h"

namespace mastic::middleware {

enum class AccessLogFormat {
  /// The combined format of Apache and nginx; behind it the duration in microseconds and, for an
  /// answer that did not leave whole, the word `aborted`.
  Combined,
  /// An object a line: time, client, method, target, version, referer, user_agent, id, status,
  /// bytes, duration_us, complete; of what the server refused itself also the reason.
  Json,
};

/// Writes to `sink`, which must outlive it and never blocks. Whatever came from the client is
/// escaped, so that no line can be forged, and cut at `max_log_field_bytes`.
class AccessLog {
 public:
  AccessLog(base::LineSink& sink, AccessLogFormat format, base::Kernel& kernel,
            std::size_t max_log_field_bytes = 4096)
      : sink_(&sink), kernel_(&kernel), format_(format), max_field_(max_log_field_bytes) {}

  std::optional<app::Response> before(app::Request& request) const;
  /// A line for a request that did not come as far: "-" stands for what could not be read of it.
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
