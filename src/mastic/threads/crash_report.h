// Writes about a crash before the process ends: which signal, during which request, and where.
//
// The request is known from base::Activity. The stack is given as addresses in modules, because
// nothing can be looked up safely in a crash; `addr2line -Cfipe MODULE OFFSET` translates them.
// Exceptions of handlers become answers and are not reported here. There is no recovery: after the
// report, the signal ends the process as it would have done without the report.

#pragma once

#include <cstddef>
#include <string_view>

#include "mastic/base/log_format.h"
#include "mastic/threads/alternate_stack.h"

namespace mastic::threads {

/// While a CrashReport exists, SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT on any thread leave
/// lines in the format of the log on standard error and in the log's file. Then the signal goes to
/// the handler that was installed before (of a sanitizer or crash reporter), or to the kernel,
/// which writes a core as it would have done without the report. For `std::terminate` the lines
/// name the exception.
///
/// To report a stack overflow, the thread needs an AlternateStack. Threads of Mastic have one, and
/// so does the thread that makes this object. Only one CrashReport works at a time; a second
/// CrashReport does nothing.
class CrashReport {
 public:
  /// Writes to standard error and to the file at `log_path`; "-" means standard error only. A path
  /// of 4 KiB or more is ignored.
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
