#include "mastic/loop/options.h"

#include <algorithm>

namespace mastic::loop {

void Options::describe(base::OptionTable& table) {
  table.count("loops", loops,
              "Event loops, each with a thread; 0 makes one for each core that this process may "
              "use: those of the machine, or fewer when its control group says so (cpu.max).");
  table.choice(
      "transfer", transfer, "(auto|io_uring|syscall)",
      {{"auto", TransferKind::Auto},
       {"io_uring", TransferKind::IoUring},
       {"syscall", TransferKind::Syscall}},
      "How bytes are received and sent: by io_uring batches, by plain calls, or by what is "
      "measured to cost less when the server starts.");
  table.count("workers", threads.workers,
              "Threads for handlers that block, at the most; made as they are needed.",
              "such handlers wait in a queue");
  table.count("max_queued_work", threads.max_queued, "Handlers that wait for one of these threads.",
              "503 with Retry-After");
  table.count(
      "reserve_threads", threads.reserve,
      "Threads that stand by to take a loop over whose thread a handler holds; at least one "
      "more than there are loops, but 0 is none.",
      "only what has been quick so far runs at once, the rest waits for a thread");
  table.count(
      "max_disk_waits", max_disk_waits,
      "Of the workers, those that may wait for a disk that is slow, half of them at the most.",
      "what reads files waits in line");
  table.choice("hand_off", threads.hand_off, "(stuck|always|never)",
               {{"stuck", Scheduler::HandOff::WhenStuck},
                {"always", Scheduler::HandOff::Always},
                {"never", Scheduler::HandOff::Never}},
               "When a loop is taken over by another thread: when a handler holds it for a "
               "millisecond or two, at every handler (for tests), or never.");
}

base::Result<void> Options::check() const {
  constexpr std::uint64_t kMaxLoops = 1024;
  if (loops > kMaxLoops) return base::fail("loops may be 1024 at the most");
  if (threads.workers > kMaxThreads || threads.reserve > kMaxThreads) {
    return base::fail("workers and reserve_threads may be 10000 at the most");
  }
  return base::require_some({{"workers", threads.workers}, {"max_disk_waits", max_disk_waits}});
}

std::uint64_t Options::loops_here(base::Kernel& kernel) const {
  return loops > 0 ? loops : Scheduler::cores(kernel);
}

Scheduler::Options Options::threads_here(base::Kernel& kernel) const {
  Scheduler::Options here = threads;
  if (here.reserve > 0) here.reserve = std::max(here.reserve, loops_here(kernel) + 1);
  return here;
}

}  // namespace mastic::loop
