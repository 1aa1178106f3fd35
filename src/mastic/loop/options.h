// The settings of loops.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"
#include "mastic/loop/scheduler.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// The largest accepted number of threads. A larger one is taken for a typing error: each thread
/// has a stack, and the system limits their number too.
inline constexpr std::uint64_t kMaxThreads = 10'000;

/// How many loops there are, what threads they have, and how they move bytes.
struct Options {
  /// Number of event loops, each with its own thread; 0 means one for each core that this process
  /// may use, or fewer if its control group limits it (cpu.max).
  std::uint64_t loops = 0;
  /// How bytes are received and sent: by io_uring in batches, by plain system calls (syscall), or
  /// by whichever is measured to be faster when the server starts (auto).
  TransferKind transfer = TransferKind::Auto;
  /// How many threads may run code that blocks, and how many stand by.
  Scheduler::Options threads;
  /// Maximum number of threads that wait for a slow disk at a time, limited to half of `workers`.
  /// Beyond it: reads of files wait in line.
  std::uint64_t max_disk_waits = 8;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
  /// Fails when an option has a value that cannot work, and names the option.
  [[nodiscard]] base::Result<void> check() const;

  /// How many loops `loops` means on this machine.
  [[nodiscard]] std::uint64_t loops_here(base::Kernel& kernel) const;
  /// `threads`, with the reserve raised to one thread more than there are loops, so that all loops
  /// can be taken over at once and a thread is left. A reserve of 0 stays 0.
  [[nodiscard]] Scheduler::Options threads_here(base::Kernel& kernel) const;
};

}  // namespace mastic::loop
