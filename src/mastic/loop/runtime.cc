#include "mastic/loop/runtime.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>

namespace mastic::loop {
namespace {

/// How many reads may wait for a disk at a time. At least half of the worker threads are left to
/// handlers, however slow the disk is.
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
  driven_ = true;  // before the first thread starts: code on that thread may use `call` at once
  try {
    for (const auto& loop : loops_) scheduler_.start(*loop);
  } catch (const std::system_error& error) {
    // Some loops may be driven already. They end before this returns, so that no loop is driven.
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

/// Logs that threads are short. The message names the consequence, because an operator will wonder
/// about a 503.
void Runtime::threads_are_short(std::uint64_t held) noexcept {
  try {
    log_.write(base::Level::Warning,
               "few threads stand by, " + std::to_string(held) +
                   " are held by handlers: handlers that are new or have blocked before wait for a "
                   "thread, and are answered 503 after --queue-timeout; raise --workers for more "
                   "threads");
  } catch (const std::bad_alloc&) {  // no memory for a message either
  }
}

}  // namespace mastic::loop
