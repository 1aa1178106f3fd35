// Where the messages of an application's AppLogs go.

#pragma once

#include <shared_mutex>
#include <string_view>

#include "mastic/base/log.h"

namespace mastic::app {

/// Leads to the log of the server that serves the application, which comes after the application
/// was made and goes before all of it is gone. While there is none, warnings and errors go to standard
/// error, as text, and the rest is dropped: a message that matters is not lost, and a test that
/// needs no server stays quiet.
///
/// Callable from every thread. It holds its lock while it writes, so a log that was disconnected is
/// no longer in use.
class LogOutlet {
 public:
  /// From now on messages go to `log`.
  void connect(base::Log& log);
  /// They no longer go to `log`, if they did.
  void disconnect(const base::Log& log) noexcept;

  [[nodiscard]] bool takes(base::Level level, std::string_view logger) const noexcept;
  void write(const base::LogRecord& record) const;

 private:
  mutable std::shared_mutex mutex_;
  base::Log* log_ = nullptr;
};

}  // namespace mastic::app
