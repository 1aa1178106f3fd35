#include "mastic/catalog/service.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "mastic/base/address.h"
#include "mastic/base/log_format.h"
#include "mastic/base/version.h"
#include "mastic/catalog/ending.h"
#include "mastic/catalog/heap_keeper.h"
#include "mastic/catalog/logs.h"
#include "mastic/catalog/pipeline.h"
#include "mastic/loop/loop.h"
#include "mastic/net/socket_file.h"
#include "mastic/server/server.h"
#include "mastic/threads/crash_report.h"
#include "mastic/threads/signals.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::catalog {
namespace {

using base::Level;

constexpr auto kLongestFlush = std::chrono::seconds(5);

/// An application while it is served; the main thread makes, runs and destroys it.
///
/// The loops of the server have threads of their own. The main thread drives the control loop,
/// which only trims the heaps, until the server has settled:
///
///     start: make the site ─ listen ─ open the control loop ─ start the shards ─ handle signals
///     run:   drive the control loop ··· settled() stops it ─ wait for the server ─ flush the logs
class Service {
 public:
  Service(const Options& options, Logs& logs, base::Kernel& kernel, Ending& ending)
      : options_(options), logs_(logs), log_(logs.log()), kernel_(kernel), ending_(ending) {}
  ~Service() { ending_.serves_no_more(); }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  base::Result<void> start(MakeApp& make_app, std::string_view what) {
    const auto& access_log = logs_.access_log();
    server_ = std::make_unique<server::Server>(make_pipeline(make_app(), access_log),
                                               options_.server, log_, kernel_);
    // Requests that the server rejects itself never reach the pipeline, and so not its access log.
    if (access_log) {
      server_->observe_rejections([&access_log](const app::RejectedRequest& rejected) {
        access_log->write_rejected(rejected);
      });
    }
    const auto access =
        net::SocketAccess::parse(kernel_, options_.socket_mode, options_.socket_owner);
    if (!access) return base::fail("--socket-owner: ", access.error().message);
    for (const base::Address& address : options_.bind) {
      if (const auto listening = server_->listen(address, *access); !listening) return listening;
    }
    // Before the server starts: the loops of the server post to the heap keeper, and the end of the
    // server stops this loop.
    auto control = loop::Loop::open(kernel_, loop::TransferKind::Syscall);
    if (!control) return std::unexpected(control.error());
    control_ = *std::move(control);
    heap_keeper_.emplace(*control_);
    server_->when_much_is_released([this] { heap_keeper_->much_is_released(); });
    server_->when_too_many_lost([this] { ending_.recycle(); });
    const auto settled = [this] {
      ending_.settled();
      control_->stop();
    };
    if (const auto started = server_->start(settled); !started) return started;
    announce(what);
    // Last: a signal that came during the start drains the server now.
    ending_.serves(*server_);
    return {};
  }

  /// Waits until the server has been drained, and returns the exit code. Exits the process instead
  /// of returning when a lost thread or an unwritten log still uses objects that would be
  /// destroyed.
  ExitCode run() {
    (void)control_->drive();
    server_->wait();
    // A log that takes no bytes must not hold up the end for longer than requests may.
    const auto longest = std::min<base::Duration>(kLongestFlush, options_.server.drain_timeout);
    bool is_written = logs_.flush(longest);
    if (const auto lost = logs_.dropped_accesses(); lost > 0) {
      log_.write(Level::Warning, "the access log lost " + std::to_string(lost) + " lines in all");
    }
    log_.write(Level::Info, "ended");
    is_written = is_written && logs_.flush(longest);  // do not wait again for a log that is stuck
    const ExitCode code = ending_.exit_code();
    if (is_written && server_->lost_threads() == 0) return code;
    // A lost thread still uses the application, and the destructor of a stuck log would wait for
    // its file.
    std::_Exit(static_cast<int>(code));
  }

 private:
  void announce(std::string_view what) {
    for (const base::Address& address : server_->addresses()) {
      log_.write(Level::Info, std::string(what) + " is served on " + address.to_url());
    }
    const bool ring = server_->transfer().kind == loop::TransferKind::IoUring;
    log_.write(Level::Info, std::to_string(server_->loops()) +
                                (server_->loops() == 1 ? " loop, " : " loops, ") +
                                (ring ? "transfer in batches: " : "transfer by plain calls: ") +
                                server_->transfer().reason);
  }

  const Options& options_;
  Logs& logs_;
  base::Log& log_;
  base::Kernel& kernel_;
  Ending& ending_;
  /// Logs exceptions that leave a task or a thread of the application.
  const threads::UncaughtHook uncaught_{log_};
  /// The loop of the main thread. The heaps are trimmed there, because that takes too long for a
  /// loop that serves (ADR 0020).
  std::unique_ptr<loop::Loop> control_;
  std::optional<HeapKeeper> heap_keeper_;  ///< the loops of the server post to it
  std::unique_ptr<server::Server> server_;
};

/// Writes an error to standard error: for use when the log cannot be opened or goes to a file.
void complain(const Options& options, base::Kernel& kernel, const std::string& message) {
  std::string line;
  base::append_log_line(line, {.level = Level::Error, .message = message},
                        to_log_format(options.log_format), kernel.unix_seconds());
  (void)kernel.write(STDERR_FILENO, line.data(), line.size());
}

/// Serves until the end and returns the exit code; fails when the service cannot start.
base::Result<ExitCode> serve_with(Logs& logs, MakeApp& make_app, std::string_view what,
                                  const Options& options, base::Kernel& kernel) {
  // Before signals are handled: SIGHUP reopens the access log on the thread of the signals.
  if (const auto opened = logs.open_access_log(options); !opened) {
    return std::unexpected(opened.error());
  }
  Ending ending(logs, options.server.drain_timeout);
  try {
    Service service(options, logs, kernel, ending);
    if (const auto started = service.start(make_app, what); !started) {
      return std::unexpected(started.error());
    }
    return service.run();
  } catch (...) {
    return base::fail("cannot start: ", threads::describe(std::current_exception()));
  }
}

}  // namespace

ExitCode serve_made(MakeApp make_app, std::string_view what, const Options& options,
                    base::Kernel& kernel, const ShowMessage& show) {
  const auto shown = [&](const std::string& message) { return show ? show(message) : message; };
  if (const auto fits = options.check(); !fits) {
    complain(options, kernel, fits.error().message);
    return ExitCode::WrongUsage;
  }
  threads::let_writes_fail();  // instead of ending the process by SIGPIPE or SIGXFSZ
  try {
    const auto logs = Logs::open(options, kernel);
    if (!logs) {
      complain(options, kernel, shown(logs.error().message));
      return ExitCode::CannotStart;
    }
    // Crashes are reported from here on, including those in `make_app`.
    const threads::CrashReport crashes(options.log_file, to_log_format(options.log_format));
    const auto served = serve_with(**logs, make_app, what, options, kernel);
    if (served) return *served;
    const std::string message = shown(served.error().message);
    (*logs)->log().write(Level::Error, message);
    if (options.log_file != "-") complain(options, kernel, message);
  } catch (const std::exception& error) {  // the system has no thread for a log or for signals
    complain(options, kernel, shown(error.what()));
  }
  return ExitCode::CannotStart;
}

ExitCode serve(app::App app, std::string_view what, const Options& options, base::Kernel& kernel) {
  return serve_made([&app] { return std::move(app); }, what, options, kernel);
}

std::string version_text() {
#if defined(__clang__)
  const std::string compiler = "Clang " + std::to_string(__clang_major__) + "." +
                               std::to_string(__clang_minor__) + "." +
                               std::to_string(__clang_patchlevel__);
#else
  const std::string compiler = "GCC " + std::to_string(__GNUC__) + "." +
                               std::to_string(__GNUC_MINOR__) + "." +
                               std::to_string(__GNUC_PATCHLEVEL__);
#endif
  return "mastic " + std::string(base::kVersion) + " (" + compiler + ", " MASTIC_BUILD_TYPE ", " +
         std::string(loop::transfer_library()) + ")";
}

}  // namespace mastic::catalog
