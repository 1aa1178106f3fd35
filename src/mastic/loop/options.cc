#include "mastic/loop/options.h"

#include <algorithm>

namespace mastic::loop {

void Options::describe(base::OptionTable& table) {
  table.count(
      "loops", loops,
      "The number of event loops, each with a thread; 0 means one for each core that this process "
      "may use: those of the machine, or fewer if its control group has a limit (cpu.max).");
  table.choice("transfer", transfer, "(auto|io_uring|syscall)",
               {{"auto", TransferKind::Auto},
                {"io_uring", TransferKind::IoUring},
                {"syscall", TransferKind::Syscall}},
               "How bytes are received and sent: by io_uring batches, by plain system calls, or "
               "(auto) by whichever a measurement at start finds cheaper.");
  table.count("workers", threads.workers,
              "The maximum number of threads for handlers that block. They are started when they "
              "are needed.",
              "further handlers wait in a queue");
  table.count("max_queued_work", threads.max_queued,
              "The maximum number of handlers that wait for one of these threads.",
              "503 with Retry-After");
  table.count("reserve_threads", threads.reserve,
              "Threads in reserve, to take over a loop whose thread is held by a handler. Raised "
              "to at least the number of loops plus one; 0 means none.",
              "only routes that have been quick so far run at once, the others wait for a thread");
  table.count("max_disk_waits", max_disk_waits,
              "The maximum number of workers that may wait for a slow disk; at most half of them.",
              "other reads of files wait in line");
  table.choice("hand_off", threads.hand_off, "(stuck|always|never)",
               {{"stuck", Scheduler::HandOff::WhenStuck},
                {"always", Scheduler::HandOff::Always},
                {"never", Scheduler::HandOff::Never}},
               "When another thread takes over a loop: when a handler holds it for a millisecond "
               "or two (stuck), at every handler (always, for tests), or never.");
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
