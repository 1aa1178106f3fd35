// The settings of loops.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"
#include "mastic/loop/scheduler.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// More threads than this are a mistake in a number: each has a stack, and the system bounds them, too.
inline constexpr std::uint64_t kMaxThreads = 10'000;

/// How many loops there are, what threads they have, and how they move bytes.
struct Options {
  std::uint64_t loops = 0;  ///< 0: as many as there are cores
  /// How bytes are received and sent; Auto measures which way costs less.
  TransferKind transfer = TransferKind::Auto;
  /// The threads: how many may work at what blocks, and how many stand by.
  Scheduler::Options threads;
  /// How many slow reads of a disk may run at one time; others wait in line.
  std::uint64_t max_disk_waits = 8;

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the option, when one could not work.
  [[nodiscard]] base::Result<void> check() const;

  /// What `loops` comes to on this machine.
  [[nodiscard]] std::uint64_t loops_here(base::Kernel& kernel) const;
  /// `threads` for so many loops: with enough in reserve to stand in for each of them at once, and
  /// one more. A reserve of 0 stays one.
  [[nodiscard]] Scheduler::Options threads_here(base::Kernel& kernel) const;
};

}  // namespace mastic::loop
