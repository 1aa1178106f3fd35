#include "mastic/catalog/access_log_section.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mastic/threads/log_writer.h"

namespace mastic::catalog {
namespace {

using middleware::AccessLogFormat;
using threads::LogFile;
using threads::LogWriter;

/// An access log that is opened when the server starts.
class LateAccessLog {
 public:
  LateAccessLog(AccessLogSection section, base::Kernel& kernel, app::AppLog troubles)
      : section_(std::move(section)), kernel_(kernel), troubles_(std::move(troubles)) {}

  void open() {
    base::Result<LogFile> file = section_.file == "-" ? LogFile::borrow(kernel_, STDOUT_FILENO)
                                                      : LogFile::open(kernel_, section_.file);
    if (!file) throw std::runtime_error(file.error().message);
    // Accesses are collected for a moment, so that one write has many lines.
    writer_.emplace(*std::move(file),
                    LogWriter::Options{.linger = std::chrono::milliseconds(200),
                                       .report = [log = troubles_](std::string_view trouble) {
                                         log.warning(trouble);
                                         return std::string();
                                       }});
    log_.emplace(*writer_, section_.format, kernel_, section_.max_log_field_bytes);
  }

  std::optional<app::Response> before(app::Request& request) const {
    return log_ ? log_->before(request) : std::nullopt;
  }

 private:
  AccessLogSection section_;
  base::Kernel& kernel_;
  app::AppLog troubles_;
  std::optional<LogWriter> writer_;
  std::optional<middleware::AccessLog> log_;
};

/// The pair that is put around an application.
struct LoggedAccesses {
  std::shared_ptr<const LateAccessLog> log;
  std::optional<app::Response> before(app::Request& request) const { return log->before(request); }
};

}  // namespace

void AccessLogSection::describe(base::OptionTable& table) {
  table.path("file", file, "PATH",
             "File that the access log is appended to; '-' is standard output. The file is "
             "reopened after it has been renamed or removed.");
  table.choice(
      "format", format, "(combined|json)",
      {{"combined", AccessLogFormat::Combined}, {"json", AccessLogFormat::Json}},
      "Format of the lines: combined is that of Apache and nginx, json is one object per line.");
  table.size(
      "max_log_field_bytes", max_log_field_bytes,
      "Maximum size of one field in a line. Beyond it: the field is truncated and ends in '...'.");
  // Paste's names, which are about the loggers of Python.
  for (const std::string_view name :
       {"logger_name", "logging_level", "set_logger_level", "setup_console_handler"}) {
    table.ignore(name,
                 "every request is a line of the file, whatever the levels of other logs are");
  }
}

app::Middleware access_log_filter(const AccessLogSection& section, base::Kernel& kernel) {
  return app::Middleware([section, &kernel](app::App inner) {
    app::Lifecycle lifecycle;
    const auto log = std::make_shared<LateAccessLog>(section, kernel, lifecycle.log("access_log"));
    lifecycle.on_start([log] { log->open(); });
    app::App app = app::wrap(LoggedAccesses{log}, std::move(inner));
    app.add_lifecycle(std::move(lifecycle));
    return app;
  });
}

}  // namespace mastic::catalog
