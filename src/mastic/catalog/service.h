// A service: an application served until a signal ends it.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/catalog/options.h"

namespace mastic::catalog {

/// How a program that serves has ended; also its exit code.
enum class ExitCode : int {
  Ended = 0,  ///< a graceful end, by SIGTERM or SIGINT
  /// An address is taken, a directory is missing or a file cannot be read; a line in the log and on
  /// standard error says what is wrong.
  CannotStart = 1,
  WrongUsage = 2,  ///< an option or a command is wrong; a line on standard error says which
  GaveUp = 3,      ///< a handler, a background task or a hook did not end in time
  Recycle = 75,    ///< too many threads were lost to handlers that hang; restart the program
};

/// A function that makes the application to serve. It is called once.
using MakeApp = std::move_only_function<app::App()>;

/// A function that returns a message as people may see it.
using ShowMessage = std::function<std::string(std::string_view message)>;

/// Serves the application that `make_app` returns until SIGTERM or SIGINT. The first lines of the
/// log call the application `what`.
///
/// The first signal drains the server (server::Server::drain), a second one aborts the requests
/// under way. If a handler, a background task or a hook has still not ended one second after
/// `drain_timeout`, or one second after the second signal, the process exits all the same. Before
/// anything is served, the process exits no later than one second after the first signal. SIGHUP
/// reopens the logs.
///
/// Returns CannotStart when the service cannot start or `make_app` throws; one line in the log and
/// on standard error says why. Returns WrongUsage when `options.check()` fails.
///
/// `make_app` may start threads, and there may be threads already: signals are handled whatever
/// other threads exist (threads::Signals). The calling thread makes and destroys the application.
///
/// Why it cannot start is shown as `show` returns it: without secrets of a configuration, which the
/// message of a hook that failed may quote. Without `show`, it is shown as it is.
[[nodiscard]] ExitCode serve_made(MakeApp make_app, std::string_view what, const Options& options,
                                  base::Kernel& kernel, const ShowMessage& show = {});
/// Serves an application that exists already, like serve_made.
[[nodiscard]] ExitCode serve(app::App app, std::string_view what, const Options& options,
                             base::Kernel& kernel);

/// Returns the version and what this was built with, such as "mastic 0.1.0 (GCC 12.2.0, release,
/// liburing 2.3)".
[[nodiscard]] std::string version_text();

}  // namespace mastic::catalog
