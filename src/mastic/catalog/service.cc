#include "mastic/catalog/service.h"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "mastic/async/timer.h"
#include "mastic/base/address.h"
#include "mastic/catalog/pipeline.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/signals.h"
#include "mastic/server/server.h"
#include "mastic/threads/log_writer.h"

namespace mastic::catalog {
namespace {

using base::Level;

constexpr base::Duration kGiveUpAfter = std::chrono::seconds(1);
constexpr auto kLongestFlush = std::chrono::milliseconds(500);

/// What serves while the main thread waits for signals.
class Service final : private async::Timer {
 public:
  Service(const Options& options, base::Log& log, base::Kernel& kernel)
      : options_(options), log_(log), kernel_(kernel) {}

  base::Result<void> start(app::App app, std::string_view what) {
    if (options_.access_log != AccessLogChoice::Off) {
      auto writer = threads::LogWriter::open(kernel_, options_.access_log_file);
      if (!writer) return std::unexpected(writer.error());
      access_log_ = *std::move(writer);
    }
    server_ = std::make_unique<server::Server>(
        make_pipeline(std::move(app), options_, access_log_.get(), kernel_), options_.server, log_,
        kernel_);
    for (const base::Address& address : options_.bind) {
      if (const auto listening = server_->listen(address); !listening) return listening;
    }
    auto control = loop::Loop::open(kernel_, loop::TransferKind::Syscall);
    if (!control) return std::unexpected(control.error());
    control_ = *std::move(control);
    auto signals = loop::Signals::open(*control_, {SIGTERM, SIGINT}, [this](int) { end(); });
    if (!signals) return std::unexpected(signals.error());
    signals_ = *std::move(signals);
    if (const auto started = server_->start([this] { control_->stop(); }); !started) return started;
    announce(what);
    return {};
  }

  void run() {
    (void)control_->drive();
    disarm();
    server_->wait();
    if (access_log_) {
      access_log_->flush(kLongestFlush);
      if (const auto lost = access_log_->dropped(); lost > 0) {
        log_.write(Level::Warning, "the access log lost " + std::to_string(lost) + " lines");
      }
    }
    log_.write(Level::Info, "ended");
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

  void end() {
    const base::Instant now = control_->now();
    if (std::exchange(ending_, true)) {
      log_.write(Level::Warning, "a second signal: what is under way is aborted");
      control_->arm(*this, now + kGiveUpAfter);
      return server_->abort();
    }
    log_.write(Level::Info, "ending: requests under way are answered, new ones are not accepted");
    control_->arm(*this, now + options_.server.drain_timeout + kGiveUpAfter);
    server_->drain();
  }

  /// A handler does not return, so its loop cannot end; the process can.
  void expired() noexcept override {
    log_.write(Level::Error, "a handler does not return; ending without it");
    if (access_log_) access_log_->flush(kLongestFlush);
    std::_Exit(static_cast<int>(ExitCode::GaveUp));
  }

  const Options& options_;
  base::Log& log_;
  base::Kernel& kernel_;
  std::unique_ptr<threads::LogWriter> access_log_;
  std::unique_ptr<loop::Loop> control_;
  std::unique_ptr<loop::Signals> signals_;
  std::unique_ptr<server::Server> server_;
  bool ending_ = false;
};

}  // namespace

ExitCode serve(app::App app, std::string_view what, const Options& options, base::Log& log,
               base::Kernel& kernel) {
  loop::block_signals({SIGTERM, SIGINT});
  Service service(options, log, kernel);
  if (const auto started = service.start(std::move(app), what); !started) {
    log.write(Level::Error, started.error().message);
    return ExitCode::CannotStart;
  }
  service.run();
  return ExitCode::Ended;
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
