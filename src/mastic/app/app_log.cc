#include "mastic/app/app_log.h"

#include <unistd.h>

#include <mutex>

#include "mastic/app/log_outlet.h"
#include "mastic/base/clock.h"
#include "mastic/base/kernel.h"
#include "mastic/base/log_format.h"

namespace mastic::app {
namespace {

/// Writes a line in one call, so that lines of several threads do not mix.
void write_to_standard_error(const base::LogRecord& record) {
  base::Kernel& kernel = base::ClockScope::kernel();
  std::string line;
  base::append_log_line(line, record, base::LogFormat::Text, kernel.unix_seconds());
  (void)kernel.write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void LogOutlet::connect(base::Log& log) {
  const std::lock_guard lock(mutex_);
  log_ = &log;
}

void LogOutlet::disconnect(const base::Log& log) noexcept {
  const std::lock_guard lock(mutex_);
  if (log_ == &log) log_ = nullptr;
}

bool LogOutlet::takes(base::Level level, std::string_view logger) const noexcept {
  const std::shared_lock lock(mutex_);
  return log_ != nullptr ? log_->takes(level, logger) : level >= base::Level::Warning;
}

void LogOutlet::write(const base::LogRecord& record) const {
  const std::shared_lock lock(mutex_);
  if (log_ != nullptr) {
    log_->write(record);
  } else if (record.level >= base::Level::Warning) {  // the log may have gone since `takes`
    write_to_standard_error(record);
  }
}

bool AppLog::takes(base::Level level) const noexcept { return outlet_->takes(level, logger_); }

void AppLog::write(base::Level level, std::string_view message) const {
  outlet_->write({.level = level, .logger = logger_, .message = message});
}

void AppLog::write_briefly(base::Level level, std::string_view message) const noexcept {
  try {
    write(level, message);
  } catch (...) {
    // No log is connected, and there is no memory for a line on standard error. The message is
    // lost.
  }
}

LogConnection::LogConnection(std::vector<std::shared_ptr<LogOutlet>> outlets, base::Log& log)
    : outlets_(std::move(outlets)), log_(&log) {
  for (const auto& outlet : outlets_) outlet->connect(log);
}

LogConnection::~LogConnection() {
  for (const auto& outlet : outlets_) outlet->disconnect(*log_);
}

}  // namespace mastic::app
