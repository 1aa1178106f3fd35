// A program's main in one line: options, signals, drain included.

#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/catalog/service.h"

namespace mastic::catalog {

struct Options;

/// What makes a site when it is called: a function that returns a Router, or another App.
template <class F>
concept SiteMaker = std::invocable<F&> && (std::same_as<std::invoke_result_t<F&>, app::App> ||
                                           app::AppBuilder<std::invoke_result_t<F&>>);

/// Serves what `make_app` makes as the command line says: the options of `mastic serve`, `--help`,
/// `--version`. Returns the exit code (ExitCode, service.h). Call it from main.
[[nodiscard]] int run_made(MakeApp make_app, int argc, char** argv);

/// Serves what `make_site` makes, as run_made does. `make_site` is called once it is known that
/// there is something to serve: not for `--help`, nor after a mistake in the command line. What it
/// throws is a line and exit code 1.
///
///     int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
///     return mastic::run([&] { return make_site(key); }, argc, argv);
template <SiteMaker F>
[[nodiscard]] int run(F&& make_site, int argc, char** argv) {
  return run_made([&make_site] { return app::App(make_site()); }, argc, argv);
}
/// Serves a site that is made already, and so was made for `--help` as well: with what its
/// constructors open, ask and write. Give a function that makes it instead.
[[nodiscard]] int run(app::App app, int argc, char** argv);

/// Serves what `make_app` makes, for a program that has read its own command line: see serve
/// (service.h). The log has colours when its format is left to us, it goes to a terminal, and
/// NO_COLOR is not set.
[[nodiscard]] ExitCode run_made(MakeApp make_app, std::string_view what, const Options& options);
template <SiteMaker F>
[[nodiscard]] ExitCode run(F&& make_site, std::string_view what, const Options& options) {
  return run_made([&make_site] { return app::App(make_site()); }, what, options);
}
[[nodiscard]] ExitCode run(app::App app, std::string_view what, const Options& options);

}  // namespace mastic::catalog
