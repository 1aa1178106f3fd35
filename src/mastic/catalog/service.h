// A service: an application served until a signal ends it.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/catalog/options.h"

namespace mastic::catalog {

/// How a program that serves ends; also its exit code.
enum class ExitCode : int {
  Ended = 0,  ///< by SIGTERM or SIGINT, after a gentle end
  /// An address is taken, a directory missing, a file unreadable: the line before says which.
  CannotStart = 1,
  WrongUsage = 2,  ///< an option or a command is wrong: the line before says which
  GaveUp = 3,      ///< a handler, a background task or a hook did not end in time
  Recycle = 75,    ///< too many threads were lost to handlers that hang: start it anew
};

/// What makes the application that is served. Called once.
using MakeApp = std::move_only_function<app::App()>;

/// Serves what `make_app` makes, named `what` in the first lines of the log, until SIGTERM or SIGINT:
/// that ends it gently (server::Shard), a second one at once. When a handler, a background task
/// or a hook does not end a second after drain_timeout, or after the second signal, the process ends
/// without it; before anything is served it does so a second after the first. SIGHUP opens the logs
/// anew. Fails, with one line in the log and on standard error, when it cannot start, or `make_app`
/// throws.
///
/// The signals are taken while it runs (threads::Signals), so `make_app` may start threads, and there
/// may be threads already. The thread that calls it is the one that makes and destroys the application.
[[nodiscard]] ExitCode serve_made(MakeApp make_app, std::string_view what, const Options& options,
                                  base::Kernel& kernel);
/// Serves an application that is made already.
[[nodiscard]] ExitCode serve(app::App app, std::string_view what, const Options& options,
                             base::Kernel& kernel);

/// "mastic 0.1.0 (GCC 12.2.0, release, liburing 2.3)": what this was built with.
[[nodiscard]] std::string version_text();

}  // namespace mastic::catalog
