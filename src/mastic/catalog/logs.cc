#include "mastic/catalog/logs.h"

#include <unistd.h>

#include <utility>

#include "mastic/base/log_levels.h"

namespace mastic::catalog {
namespace {

using base::Level;
using threads::LogFile;
using threads::LogWriter;

// How long accesses are collected, so that one write has many lines. Messages are written at once.
constexpr auto kCollectAccesses = std::chrono::milliseconds(200);

base::Result<LogFile> open_file(base::Kernel& kernel, const std::string& path, int standard,
                                std::string_view option) {
  if (path == "-") return LogFile::borrow(kernel, standard);
  auto file = LogFile::open(kernel, path);
  if (!file) return base::fail(file.error().message, "; choose another file with ", option);
  return file;
}

/// Formats a problem of the log's own writer as a line, which the writer puts into its file itself.
/// The writer cannot log its own failures: that would call the writer from within itself.
LogWriter::Report reports_for_itself(base::Kernel& kernel, base::LogFormat format) {
  return [&kernel, format](std::string_view trouble) {
    const std::string message = "the log: " + std::string(trouble);
    std::string line;
    base::append_log_line(line, {.level = Level::Warning, .message = message}, format,
                          kernel.unix_seconds());
    return line;
  };
}

}  // namespace

base::LogFormat to_log_format(LogFormatChoice choice) {
  switch (choice) {
    case LogFormatChoice::Json:
      return base::LogFormat::Json;
    case LogFormatChoice::Colour:
      return base::LogFormat::Colour;
    case LogFormatChoice::Auto:
    case LogFormatChoice::Text:
      break;
  }
  return base::LogFormat::Text;
}

base::Result<std::unique_ptr<Logs>> Logs::open(const Options& options, base::Kernel& kernel) {
  auto file = open_file(kernel, options.log_file, STDERR_FILENO, "--log-file");
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<Logs>(new Logs(options, kernel, *std::move(file)));
}

Logs::Logs(const Options& options, base::Kernel& kernel, LogFile file)
    : kernel_(kernel),
      writer_(std::move(file),
              {.report = reports_for_itself(kernel, to_log_format(options.log_format))}),
      log_(kernel, writer_, to_log_format(options.log_format),
           base::LogLevels::parse(options.log_level).value()) {}

base::Result<void> Logs::open_access_log(const Options& options) {
  if (options.access_log == AccessLogChoice::Off) return {};
  auto file = open_file(kernel_, options.access_log_file, STDOUT_FILENO, "--access-log-file");
  if (!file) return std::unexpected(file.error());
  LogWriter::Options collecting{
      .linger = kCollectAccesses, .report = [this](std::string_view trouble) {
        log_.write(Level::Warning, "the access log: " + std::string(trouble));
        return std::string();
      }};
  access_writer_ = std::make_unique<LogWriter>(*std::move(file), std::move(collecting));
  access_log_.emplace(*access_writer_,
                      options.access_log == AccessLogChoice::Json
                          ? middleware::AccessLogFormat::Json
                          : middleware::AccessLogFormat::Combined,
                      kernel_, options.max_log_field_bytes);
  return {};
}

void Logs::reopen() noexcept {
  writer_.reopen();
  if (access_writer_) access_writer_->reopen();
}

bool Logs::flush(base::Duration longest) {
  // The access log first: flushing it may add a problem to the log.
  const auto until = std::chrono::steady_clock::now() + longest;
  const bool accesses = !access_writer_ || access_writer_->flush(longest);
  const auto left = until - std::chrono::steady_clock::now();
  return writer_.flush(left) && accesses;
}

std::uint64_t Logs::dropped_accesses() const {
  return access_writer_ ? access_writer_->dropped() : 0;
}

}  // namespace mastic::catalog
