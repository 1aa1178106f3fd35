// Where a thread of this process is right now: its stack, captured from another thread, and in
// words.
//
// For monitoring a server: a hang policy logs what hangs, a page shows it. Not for exceptions, and
// not a profiler: a capture interrupts the thread with a signal.

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
  std::string function;    ///< demangled; empty when unknown
  std::string file;        ///< empty without debug information
  int line = 0;            ///< in `file`; 0 when unknown
  std::string module;      ///< the path of the program or library
  std::size_t offset = 0;  ///< the offset of the address in the module
};

/// Returns the calls that `thread` (its number in the kernel) is in, the innermost first, at most
/// 128. Each address is within the calling or interrupted instruction, not after it.
///
/// Returns nothing when the thread has ended or does not answer within `longest`, as when it has
/// blocked all signals or is in uninterruptible sleep. Otherwise the capture takes 10 to 50
/// microseconds, and stops the thread for a few of them. Callable from any thread. Captures are
/// made one after another, and `longest` includes the wait for earlier ones. The function blocks:
/// open a BlockingScope where that matters.
///
/// The first capture installs a handler for an unused real-time signal. System calls that the
/// handler interrupts are restarted where the kernel can do that (signal(7)). Calls that are never
/// restarted return EINTR or the remaining time: sleeps, epoll_wait, and reads of sockets with a
/// timeout. Under ThreadSanitizer, which defers signals, a thread that computes without any
/// synchronisation does not answer.
[[nodiscard]] std::vector<std::uintptr_t> capture_stack(
    int thread, base::Duration longest, base::Kernel& kernel = base::system_kernel());

/// Returns the function, file and line of each address, in the same order. An inlined call gets a
/// frame of its own, with the address of the function that it was inlined into, so there may be
/// more frames than addresses.
///
/// The function reads debug information from disk, which takes milliseconds to seconds. The
/// information is kept in memory until the function returns, and may be as large as the program.
/// After `longest`, the remaining addresses get only what is known in memory: exported names, or no
/// names. Callable from any thread; calls run one after another.
[[nodiscard]] std::vector<StackFrame> symbolize(std::span<const std::uintptr_t> addresses,
                                                base::Duration longest = base::Duration::max());

/// Returns `frames`, the stack of a handler or a task, without the library's own frames, so that
/// the remaining lines say where the application is. Where the application calls into the library,
/// the frame of the function that it calls stays, such as `Queue::get`, and the frames of what that
/// function calls are removed. When all frames are the library's own, all stay.
[[nodiscard]] std::vector<StackFrame> frames_of_application(std::vector<StackFrame> frames);

/// Returns a line for each frame: "#0 report() at site/report.cc:17", "#1 main in /usr/bin/site" or
/// "#2 /usr/lib/libx.so+0x1f40".
[[nodiscard]] std::string describe_stack(std::span<const StackFrame> frames);

}  // namespace mastic::threads
