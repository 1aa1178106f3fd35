// Signals that ask a program for something, taken by a thread of its own (ADR 0019).
//
// For whoever runs a program: a service that SIGTERM ends gently. Which threads there are, when they
// were started and what they wait for does not matter, and no child inherits anything of it. Not for
// signals of a fault (crash_report.h).

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <thread>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::threads {

/// Whom to tell of signals. Everything is called on the thread of Signals, which should be back soon:
/// nothing here is to write to a file, or to wait for anybody.
class SignalReceiver {
 public:
  virtual void received(int signal) noexcept = 0;
  /// The moment of Signals::expire_at has come.
  virtual void expired() noexcept {}

 protected:
  ~SignalReceiver() = default;
};

/// While it stands, `received` is called for each of its signals; when several stand, for each of
/// them. Then the process does again what it did before. A signal that comes again before the first
/// was received counts, unless the kernel has merged the two.
///
/// The handler runs on whichever thread the system chooses, so a thread that hangs in user code, or
/// was there before, is no hindrance. A child begins with the default action, and with no signal
/// blocked; one that has not called exec yet is ended by a signal like any other process.
class Signals {
 public:
  /// Unblocks the signals in the calling thread, as a parent may have left them blocked. Throws
  /// std::system_error when the system has no thread for it.
  Signals(std::initializer_list<int> signals, SignalReceiver& receiver);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// From any thread: has `expired` called once at `due`, in place of what was said before.
  void expire_at(base::Instant due) noexcept;

 private:
  void run() noexcept;

  SignalReceiver& receiver_;
  const std::vector<int> signals_;
  const std::size_t place_;  ///< in the table that the handler knows
  std::atomic<base::Instant> due_{base::Instant::max()};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

/// Lets a write whose connection is closed, or whose file may grow no more, fail by an error rather
/// than end the process: takes SIGPIPE and SIGXFSZ, unless the program has a handler for them. By a
/// handler that does nothing, as a signal that is ignored would be ignored by children too.
void let_writes_fail() noexcept;

}  // namespace mastic::threads
