// A service: an application served until a signal ends it.

#pragma once

#include <string>
#include <string_view>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/catalog/options.h"

namespace mastic::catalog {

/// How a program that serves ends; also its exit code.
enum class ExitCode : int {
  Ended = 0,  ///< by SIGTERM or SIGINT, after a gentle end
  CannotStart =
      1,  ///< an address is taken, a directory missing, a file unreadable: the line before says
  WrongUsage = 2,  ///< an option or a command is wrong: the line before says which
  GaveUp = 3,      ///< a handler or a background task did not end after the last deadline
  Recycle = 75,    ///< too many threads were lost to handlers that hang: start it anew
};

/// Serves `app`, named `what` in the first lines of the log, until SIGTERM or SIGINT: that ends it
/// gently (server::Lane::drain), a second one at once; when a handler or a background task does not
/// end even then, the process ends without it. SIGHUP opens the logs anew. Fails, with one line in
/// the log and on standard error, when it cannot start. Blocks those signals in the calling thread,
/// which must have started no other.
[[nodiscard]] ExitCode serve(app::App app, std::string_view what, const Options& options,
                             base::Kernel& kernel);

/// "mastic 0.1.0 (GCC 12.2.0, release, liburing 2.3)": what this was built with.
[[nodiscard]] std::string version_text();

}  // namespace mastic::catalog
