// Where a thread of this process is just now: its stack, taken from outside, and in words.
//
// For those who look after a server: a hang_policy that logs what hangs, a page that shows it. Not for
// exceptions, and no profiler: a capture interrupts the thread by a signal.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/units.h"

namespace mastic::threads {

/// One call of a stack.
struct StackFrame {
  std::uintptr_t address = 0;
  std::string function;    ///< demangled; empty where nobody knows it
  std::string file;        ///< empty without debug information
  int line = 0;            ///< in `file`; 0: unknown
  std::string module;      ///< the program, or the library, as a path
  std::size_t offset = 0;  ///< of the address in the module
};

/// Which calls `thread` (its number in the kernel) is in, the innermost first, 128 at the most. Each
/// address lies inside the instruction that calls, or is interrupted, and not behind it.
///
/// Empty when the thread has ended, or does not answer within `longest`, as one does that has all
/// signals blocked or is in uninterruptible sleep. It takes 10 to 50 microseconds otherwise, while
/// the thread stands still for a few of them. From any thread; captures are made one after another,
/// and `longest` covers the wait for others too. It waits: open a BlockingScope where that matters.
///
/// The first capture installs a handler for a real-time signal that has none. System calls that the
/// signal interrupts are restarted where the kernel can (signal(7)). Those that never are give
/// EINTR, or the time that was left: sleeps, epoll_wait, and reads of sockets with a timeout.
/// Under ThreadSanitizer, which holds signals back, a thread that computes without any
/// synchronisation gives no answer.
[[nodiscard]] std::vector<std::uintptr_t> capture_stack(
    int thread, base::Duration longest, base::Kernel& kernel = base::system_kernel());

/// What these addresses are, in the same order. A call that the compiler has inlined is a frame of
/// its own, with the address of the one it stands in, so there may be more frames than addresses.
///
/// It reads debug information from disk, which takes milliseconds to seconds and as much memory as
/// that is large; it is freed before the return. After `longest` what is left is looked up in memory
/// only: exported names, or none. From any thread, one after another.
[[nodiscard]] std::vector<StackFrame> symbolize(std::span<const std::uintptr_t> addresses,
                                                base::Duration longest = base::Duration::max());

/// A line for each: "#0 report() at site/report.cc:17", "#1 main in /usr/bin/site",
/// "#2 /usr/lib/libx.so+0x1f40".
[[nodiscard]] std::string describe_stack(std::span<const StackFrame> frames);

}  // namespace mastic::threads
