#include "mastic/loop/options.h"

#include <algorithm>

namespace mastic::loop {

void Options::describe(base::OptionTable& table) {
  table.count("loops", loops,
              "Number of event loops, each with its own thread; 0 means one for each core that "
              "this process may use, or fewer if its control group limits it (cpu.max).");
  table.choice(
      "transfer", transfer, "(auto|io_uring|syscall)",
      {{"auto", TransferKind::Auto},
       {"io_uring", TransferKind::IoUring},
       {"syscall", TransferKind::Syscall}},
      "How bytes are received and sent: by io_uring in batches, by plain system calls (syscall), "
      "or by whichever is measured to be faster when the server starts (auto).");
  table.count("workers", threads.workers,
              "Maximum number of threads for handlers that block. Beyond it: such handlers wait in "
              "a queue. The threads are created when they are needed.");
  table.count("max_queued_work", threads.max_queued,
              "Maximum number of handlers that wait because all --workers are busy. Beyond it: 503 "
              "with Retry-After.");
  table.count("reserve_threads", threads.reserve,
              "Number of spare threads that take over a loop when a handler holds its thread; 0 "
              "means none, any other number is raised to at least one more than there are loops. "
              "When too few are free: only handlers that have always been quick run at once; the "
              "others wait for a thread.");
  table.count("max_disk_waits", max_disk_waits,
              "Maximum number of threads that wait for a slow disk at a time, limited to half of "
              "--workers. Beyond it: reads of files wait in line.");
  table.choice("hand_off", threads.hand_off, "(stuck|always|never)",
               {{"stuck", Scheduler::HandOff::WhenStuck},
                {"always", Scheduler::HandOff::Always},
                {"never", Scheduler::HandOff::Never}},
               "When a loop is given to another thread: once a handler has held it for a "
               "millisecond or two (stuck), at every handler (always, for tests), or never.");
}

base::Result<void> Options::check() const {
  constexpr std::uint64_t kMaxLoops = 1024;
  if (loops > kMaxLoops) return base::fail("loops must be at most 1024");
  if (threads.workers > kMaxThreads || threads.reserve > kMaxThreads) {
    return base::fail("workers and reserve_threads must each be at most 10000");
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
