// Signals that ask a program for something, handled on a thread of their own (ADR 0019).
//
// For example, for a service that SIGTERM stops gently. It does not matter which other threads
// there are, when they were started or what they wait for, and child processes inherit nothing. Not
// for signals that report a fault (crash_report.h).

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <thread>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::threads {

/// Receives signals. Its members are called on the thread of Signals and have to return soon. They
/// must not write to files or wait for anything, because the next signal waits until they return.
class SignalReceiver {
 public:
  /// Called once for each signal.
  virtual void received(int signal) noexcept = 0;
  /// Called when the moment given to Signals::expire_at has come.
  virtual void expired() noexcept {}

 protected:
  ~SignalReceiver() = default;
};

/// While a Signals object exists, `received` is called for each of its signals. If several objects
/// exist for one signal, each of them gets the call. When the last of them is destroyed, the
/// earlier action of the signal is restored. A second signal that arrives before the first was
/// received is received too, unless the kernel has merged the two.
///
/// The handler runs on any thread that the system chooses, so a thread that hangs in user code, or
/// that was started before, does no harm. A child process begins with the default action and with
/// these signals unblocked; before it calls exec, a signal ends it like any other process.
class Signals {
 public:
  /// Begins to receive. Unblocks the signals in the calling thread, because a parent process may
  /// have left them blocked. Throws std::system_error when the system cannot start a thread.
  Signals(std::initializer_list<int> signals, SignalReceiver& receiver);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Has `expired` called once at `due`, instead of at a moment that was set before. Callable from
  /// any thread.
  void expire_at(base::Instant due) noexcept;

 private:
  void run() noexcept;

  SignalReceiver& receiver_;
  const std::vector<int> signals_;
  const std::size_t place_;  ///< an index in the static table that the signal handler uses
  std::atomic<base::Instant> due_{base::Instant::max()};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

/// Makes a write to a closed connection, or beyond the largest size of a file, fail with an error
/// instead of ending the process: handles SIGPIPE and SIGXFSZ, unless the program has handlers for
/// them. The handler does nothing. The signals are not ignored instead, because child processes
/// would inherit that.
void let_writes_fail() noexcept;

}  // namespace mastic::threads
