#include "mastic/sockets/handler_threads.h"

namespace mastic::sockets {
namespace {

/// Makes a pool without loops, which starts threads as work arrives.
loop::Scheduler& make(std::optional<loop::Scheduler>& own, base::Kernel& kernel) {
  return own.emplace(loop::Scheduler::Options{.workers = 0, .reserve = 0}, kernel);
}

}  // namespace

HandlerThreads::HandlerThreads(loop::Runtime* runtime, std::uint64_t most, base::Kernel& kernel)
    : scheduler_(runtime != nullptr ? runtime->scheduler() : make(own_, kernel)),
      added_(most),
      share_(scheduler_, most, threads::BoundedExecutor::Claim::Begun, kernel) {
  scheduler_.add_workers(added_);
}

HandlerThreads::~HandlerThreads() { scheduler_.remove_workers(added_); }

}  // namespace mastic::sockets
