#include "mastic/loop/runtime.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>

namespace mastic::loop {
namespace {

/// Of the threads for what blocks at least half are left for handlers, however slow a disk is.
std::uint64_t max_disk_waits(const Options& options) {
  return std::min(options.max_disk_waits, std::max<std::uint64_t>(1, options.threads.workers / 2));
}

}  // namespace

base::Result<std::unique_ptr<Runtime>> Runtime::open(const Options& options, base::Log& log,
                                                     base::Kernel& kernel) {
  std::unique_ptr<Runtime> runtime(
      new Runtime(options, choose_transfer(kernel, options.transfer), log, kernel));
  const std::uint64_t count = options.loops_here(kernel);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto loop = Loop::open(kernel, runtime->transfer_.kind);
    if (!loop) return std::unexpected(loop.error());
    (*loop)->read_by(runtime->disk_);
    runtime->loops_.push_back(*std::move(loop));
  }
  return runtime;
}

Runtime::Runtime(const Options& options, TransferChoice transfer, base::Log& log,
                 base::Kernel& kernel)
    : log_(log),
      kernel_(kernel),
      transfer_(std::move(transfer)),
      scheduler_(options.threads_here(kernel), kernel),
      disk_(scheduler_, max_disk_waits(options), log, kernel) {
  scheduler_.when_short([this](std::uint64_t held) { threads_are_short(held); });
}

Runtime::~Runtime() {
  if (!is_driven()) return;
  stop();
  (void)join();
}

base::Result<void> Runtime::start() {
  driven_ = true;  // before the first one is, for it may be posted to at once
  try {
    for (const auto& loop : loops_) scheduler_.start(*loop);
  } catch (const std::system_error& error) {
    stop();
    (void)join();
    return base::fail(error.what());
  }
  return {};
}

void Runtime::stop() noexcept {
  for (const auto& loop : loops_) loop->stop();
}

std::uint64_t Runtime::join() {
  const std::uint64_t lost = scheduler_.join();
  driven_ = false;
  return lost;
}

/// Says what follows from it, too, for somebody will wonder why he got 503.
void Runtime::threads_are_short(std::uint64_t held) noexcept {
  try {
    log_.write(base::Level::Warning,
               "few threads stand by, " + std::to_string(held) +
                   " are held by handlers: what has blocked, or is new, waits for one, and a "
                   "request is answered 503 after --queue-timeout; --workers has more of them");
  } catch (const std::bad_alloc&) {  // there is none for a message either
  }
}

}  // namespace mastic::loop
