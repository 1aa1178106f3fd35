// Where the messages of an application's AppLogs go.

#pragma once

#include <shared_mutex>
#include <string_view>

#include "mastic/base/log.h"

namespace mastic::app {

/// Passes messages to the log of the server that serves the application. That log is connected
/// after the application has been made, and disconnected while some parts of the application may
/// still exist. While no log is connected, warnings and errors go to standard error as text and the
/// rest is dropped: so no message that matters is lost, and a test without a server stays quiet.
///
/// All members may be called from any thread. A lock is held during a write, so once `disconnect`
/// returns the log is no longer in use.
class LogOutlet {
 public:
  /// Sends messages to `log` from now on.
  void connect(base::Log& log);
  /// Stops sending messages to `log`. Does nothing when another log is connected.
  void disconnect(const base::Log& log) noexcept;

  [[nodiscard]] bool takes(base::Level level, std::string_view logger) const noexcept;
  void write(const base::LogRecord& record) const;

 private:
  mutable std::shared_mutex mutex_;
  base::Log* log_ = nullptr;
};

}  // namespace mastic::app
