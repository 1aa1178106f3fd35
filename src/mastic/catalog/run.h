// A program's main in one line: options, signals, drain included.

#pragma once

#include <string_view>

#include "mastic/app/app.h"

namespace mastic::catalog {

struct Options;
enum class ExitCode : int;

/// Serves `app` as the command line says: the options of `mastic serve`, `--help`, `--version`.
/// Returns the exit code (ExitCode, service.h). Call it from main, before any thread is started.
///
///     int main(int argc, char** argv) { return mastic::run(make_site(), argc, argv); }
[[nodiscard]] int run(app::App app, int argc, char** argv);

/// The same for a program that has read its own command line: see serve (service.h). The log has
/// colours when its format is left to us, it goes to a terminal, and NO_COLOR is not set.
[[nodiscard]] ExitCode run(app::App app, std::string_view what, const Options& options);

}  // namespace mastic::catalog
