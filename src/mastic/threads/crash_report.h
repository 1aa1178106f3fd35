// A line about a crash, before the process goes: which signal, for which request, and where.
//
// What is at work is said by base::Activity. The stack is addresses in modules, for nothing can be
// looked up in a crash: `addr2line -Cfipe MODULE OFFSET` tells what they are. Not for exceptions, which
// become answers, and no way to go on: the signal ends the process as it would have.

#pragma once

#include <cstddef>
#include <string_view>

#include "mastic/base/log_format.h"
#include "mastic/threads/alternate_stack.h"

namespace mastic::threads {

/// While it stands, SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT, on whichever thread, leave lines like
/// those of a log on standard error, and in the log's file. Then whoever took the signal before takes
/// it (a sanitizer, a reporter of crashes), or the kernel, which writes the core it would have
/// written. `std::terminate` is said with its exception.
///
/// A thread whose stack has run over needs another one for that (AlternateStack): those of Mastic have
/// it, as has the thread that makes this. One stands at a time; a second one does nothing.
class CrashReport {
 public:
  /// `log_path` is opened for it, as far as it fits 4 KiB; "-" is standard error alone.
  explicit CrashReport(std::string_view log_path = "-",
                       base::LogFormat format = base::LogFormat::Text) noexcept;
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;

 private:
  const AlternateStack stack_;
  bool stands_ = false;
};

}  // namespace mastic::threads
