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
  std::uint64_t loops = 0;  ///< 0: one for each core
  /// How bytes are received and sent; Auto measures which way costs less.
  TransferKind transfer = TransferKind::Auto;
  /// How many threads may run code that blocks, and how many stand by.
  Scheduler::Options threads;
  /// How many reads of a slow disk may run at a time; others wait in line.
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
