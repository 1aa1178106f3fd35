// Logging for code of an application that has no request.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/log_verbs.h"
#include "mastic/base/log.h"

namespace mastic::app {

class LogOutlet;

/// Writes messages that belong to no request, from a hook, a background task or a store.
///
///     site.in_background("expire", [&store, log = site.log("expire")]() -> Task<> { ...
///       log.info("forgot ", count, " sessions");
///
/// The messages go to the server's log under the name of the logger, and each logger can have a
/// level of its own (--log-level expire=debug). log_outlet.h says where messages go while there is
/// no server. An AppLog is a value that can be copied to where it is needed. Any thread may use it.
class AppLog : public LogVerbs<AppLog> {
 public:
  /// Called by classes that give out logs, such as Router. `logger` is the name in the messages.
  AppLog(std::shared_ptr<const LogOutlet> outlet, std::string_view logger)
      : outlet_(std::move(outlet)), logger_(logger) {}

  /// Whether messages of this level are kept. Call `takes` before computing something costly for a
  /// message.
  [[nodiscard]] bool takes(base::Level level) const noexcept;

 private:
  friend LogVerbs;
  void write(base::Level level, std::string_view message) const;
  void write_briefly(base::Level level, std::string_view message) const noexcept;

  std::shared_ptr<const LogOutlet> outlet_;
  std::string logger_;
};

/// Makes the AppLogs of an application write to a log, for as long as this object exists.
class LogConnection {
 public:
  LogConnection() = default;
  /// Connects `outlets` to `log`, which must outlive this object.
  LogConnection(std::vector<std::shared_ptr<LogOutlet>> outlets, base::Log& log);
  LogConnection(LogConnection&& other) noexcept
      : outlets_(std::exchange(other.outlets_, {})), log_(other.log_) {}
  LogConnection& operator=(LogConnection&& other) noexcept {
    std::swap(outlets_, other.outlets_);
    std::swap(log_, other.log_);
    return *this;
  }
  ~LogConnection();

 private:
  std::vector<std::shared_ptr<LogOutlet>> outlets_;
  base::Log* log_ = nullptr;
};

}  // namespace mastic::app
