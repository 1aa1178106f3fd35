// A program's main in one line: options, signals, drain included.

#pragma once

#include "mastic/app/app.h"

namespace mastic::catalog {

/// Serves `app` as the command line says: the options of `mastic serve`, `--help`, `--version`.
/// Returns the exit code (ExitCode, service.h). Call it from main, before any thread is started.
///
///     int main(int argc, char** argv) { return mastic::run(make_site(), argc, argv); }
[[nodiscard]] int run(app::App app, int argc, char** argv);

}  // namespace mastic::catalog
