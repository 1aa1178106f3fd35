#include "mastic/catalog/service.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "mastic/async/timer.h"
#include "mastic/base/address.h"
#include "mastic/base/log_format.h"
#include "mastic/catalog/heap_keeper.h"
#include "mastic/catalog/logs.h"
#include "mastic/catalog/pipeline.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/order.h"
#include "mastic/loop/signals.h"
#include "mastic/net/socket_file.h"
#include "mastic/server/server.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::catalog {
namespace {

using base::Level;

constexpr base::Duration kGiveUpAfter = std::chrono::seconds(1);
constexpr auto kLongestFlush = std::chrono::milliseconds(500);

/// What serves while the main thread waits for signals.
class Service final : private async::Timer {
 public:
  Service(const Options& options, Logs& logs, base::Kernel& kernel)
      : options_(options), logs_(logs), log_(logs.log()), kernel_(kernel) {}

  base::Result<void> start(app::App app, std::string_view what) {
    if (const auto opened = logs_.open_access_log(options_); !opened) return opened;
    const auto& access_log = logs_.access_log();
    server_ = std::make_unique<server::Server>(make_pipeline(std::move(app), access_log),
                                               options_.server, log_, kernel_);
    if (access_log) {
      server_->observe_refusals(
          [&access_log](const app::Refusal& refusal) { access_log->write_refusal(refusal); });
    }
    const auto access =
        net::SocketAccess::parse(kernel_, options_.socket_mode, options_.socket_owner);
    if (!access) return base::fail("--socket-owner: ", access.error().message);
    for (const base::Address& address : options_.bind) {
      if (const auto listening = server_->listen(address, *access); !listening) return listening;
    }
    auto control = loop::Loop::open(kernel_, loop::TransferKind::Syscall);
    if (!control) return std::unexpected(control.error());
    control_ = *std::move(control);
    auto signals = loop::Signals::open(*control_, {SIGTERM, SIGINT, SIGHUP},
                                       [this](int signal) { received(signal); });
    if (!signals) return std::unexpected(signals.error());
    signals_ = *std::move(signals);
    server_->when_too_many_lost([this] { recycle_.post_once(*control_); });
    heap_keeper_.emplace(*control_);
    server_->when_much_is_released([this] { heap_keeper_->much_is_released(); });
    if (const auto started = server_->start([this] { control_->stop(); }); !started) return started;
    announce(what);
    return {};
  }

  ExitCode run() {
    (void)control_->drive();
    disarm();
    server_->wait();
    logs_.flush(kLongestFlush);
    if (const auto lost = logs_.dropped_accesses(); lost > 0) {
      log_.write(Level::Warning, "the access log lost " + std::to_string(lost) + " lines in all");
    }
    log_.write(Level::Info, "ended");
    if (server_->lost_threads() == 0) return exit_code_;
    logs_.flush(kLongestFlush);
    std::_Exit(static_cast<int>(exit_code_));  // what hangs still uses all this
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

  void received(int signal) {
    if (signal != SIGHUP) return end();
    logs_.reopen();
    log_.write(Level::Info, "SIGHUP: the logs are opened anew");
  }

  void recycle() {
    if (ending_) return;
    log_.write(Level::Error,
               "too many threads are lost to handlers that hang: ending with exit "
               "code 75, to be started anew");
    exit_code_ = ExitCode::Recycle;
    end();
  }

  void end() {
    const base::Instant now = control_->now();
    if (std::exchange(ending_, true)) {
      log_.write(Level::Warning, "a second signal: what is under way is aborted");
      control_->arm(*this, now + kGiveUpAfter);
      return server_->abort();
    }
    log_.write(Level::Info, "ending: requests under way are answered, new ones are not accepted");
    control_->arm(*this,
                  base::after(base::after(now, options_.server.drain_timeout), kGiveUpAfter));
    server_->drain();
  }

  /// A handler or a background task does not end, so its loop cannot; the process can.
  void expired() noexcept override {
    log_.write(Level::Error, "a handler or a background task does not end; ending without it");
    logs_.flush(kLongestFlush);
    const bool recycles = exit_code_ == ExitCode::Recycle;
    std::_Exit(static_cast<int>(recycles ? ExitCode::Recycle : ExitCode::GaveUp));
  }

  const Options& options_;
  Logs& logs_;
  base::Log& log_;
  base::Kernel& kernel_;
  const threads::UncaughtHook uncaught_{log_};  // of tasks and threads that the application has
  std::unique_ptr<loop::Loop> control_;
  std::unique_ptr<loop::Signals> signals_;
  std::unique_ptr<server::Server> server_;
  loop::Order recycle_{[this] { recycle(); }};
  std::optional<HeapKeeper> heap_keeper_;
  ExitCode exit_code_ = ExitCode::Ended;
  bool ending_ = false;
};

/// On standard error, where the log is not there or elsewhere.
void complain(const Options& options, base::Kernel& kernel, const std::string& message) {
  std::string line;
  base::append_log_line(line, {.level = Level::Error, .message = message},
                        to_log_format(options.log_format), kernel.unix_seconds());
  (void)kernel.write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

ExitCode serve(app::App app, std::string_view what, const Options& options, base::Kernel& kernel) {
  if (const auto fits = options.check(); !fits) {
    complain(options, kernel, fits.error().message);
    return ExitCode::WrongUsage;
  }
  loop::block_signals({SIGTERM, SIGINT, SIGHUP});
  const auto logs = Logs::open(options, kernel);
  if (!logs) {
    complain(options, kernel, logs.error().message);
    return ExitCode::CannotStart;
  }
  Service service(options, **logs, kernel);
  if (const auto started = service.start(std::move(app), what); !started) {
    (*logs)->log().write(Level::Error, started.error().message);
    if (options.log_file != "-") complain(options, kernel, started.error().message);
    return ExitCode::CannotStart;
  }
  return service.run();
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
  return "mastic " MASTIC_VERSION " (" + compiler + ", " MASTIC_BUILD_TYPE ", " +
         std::string(loop::transfer_library()) + ")";
}

}  // namespace mastic::catalog
