// The log, for what an application does without a request.

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

/// Says something that belongs to no request: in a hook, a background task, a store.
///
///     site.in_background("expire", [&store, log = site.log("expire")]() -> Task<> { ...
///       log.info("forgot ", count, " sessions");
///
/// It goes where the server's log goes, under the logger's name, which has a level of its own
/// (--log-level expire=debug); before there is a server and after it:
/// log_outlet.h. A value: copy it to
/// where it is needed. From any thread.
class AppLog : public LogVerbs<AppLog> {
 public:
  /// Made by what hands logs out, such as a Router. Messages come from the logger of that name.
  AppLog(std::shared_ptr<const LogOutlet> outlet, std::string_view logger)
      : outlet_(std::move(outlet)), logger_(logger) {}

  /// Whether messages of this level are kept, for what is costly to find out.
  [[nodiscard]] bool takes(base::Level level) const noexcept;

 private:
  friend LogVerbs;
  void write(base::Level level, std::string_view message) const;
  void write_briefly(base::Level level, std::string_view message) const noexcept;

  std::shared_ptr<const LogOutlet> outlet_;
  std::string logger_;
};

/// While it stands, what an application logs without a request goes to a log.
class LogConnection {
 public:
  LogConnection() = default;
  /// `log` must outlive it.
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
