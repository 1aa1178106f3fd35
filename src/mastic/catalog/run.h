// A program's main in one line, including options, signals and drain.

#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/base/options.h"
#include "mastic/base/options_of.h"
#include "mastic/base/result.h"
#include "mastic/catalog/service.h"

namespace mastic::catalog {

struct Options;

/// A function that makes a site: it returns a Router, or anything else that becomes an App.
template <class F>
concept SiteMaker = std::invocable<F&> && (std::same_as<std::invoke_result_t<F&>, app::App> ||
                                           app::AppBuilder<std::invoke_result_t<F&>>);

/// A function that makes a site from options of its own, which are a struct that describes itself
/// (base/options.h): `Router make_shop(const ShopOptions& options)`.
template <class F>
concept ConfiguredSiteMaker =
    !std::invocable<F&> && base::DescribedOptions<base::FirstArgument<F>> &&
    std::invocable<F&, const base::FirstArgument<F>&> &&
    std::constructible_from<app::App, std::invoke_result_t<F&, const base::FirstArgument<F>&>>;

/// The options of an application, whatever type their struct has.
struct OwnOptions {
  /// Binds the options to a table.
  std::move_only_function<void(base::OptionTable&)> describe;
  /// Checks them when all are set. Fails with a message for the operator.
  std::move_only_function<base::Result<void>()> check;
};

/// Serves the application that `make_app` returns. The command line takes the options of
/// `mastic serve`, `--config` for a file that has them, `--help` and `--version`. Returns the exit
/// code (ExitCode, service.h). Call it from main.
[[nodiscard]] int run_made(MakeApp make_app, int argc, char** argv);
/// Serves the application that `make_app` returns when the options in `own` are set: see `run`.
[[nodiscard]] int run_made(MakeApp make_app, OwnOptions own, int argc, char** argv);

/// Serves the site that `make_site` returns, like run_made. `make_site` is called only when there
/// is something to serve: neither for `--help` nor after a mistake in the command line. If it
/// throws, the exception is logged in one line and the exit code is 1.
///
///     int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
///     return mastic::run([&] { return make_site(key); }, argc, argv);
template <SiteMaker F>
[[nodiscard]] int run(F&& make_site, int argc, char** argv) {
  return run_made([&make_site] { return app::App(make_site()); }, argc, argv);
}
/// Serves the site that `make_site` returns for its options. An option `database` is set by
/// `--database` on the command line, else by APP_DATABASE in the environment, else by `database` in
/// the section [app:NAME] of the file that `--config` names, and else has its default
/// (read_options.h). `--help` lists the options before those of the server.
///
/// Returns WrongUsage when an option is wrong, and CannotStart when an option has the name of one of
/// the server's, or a name that a command line cannot have.
///
///     struct ShopOptions {
///       std::string database = "shop.db";
///       void describe(base::OptionTable& table) {
///         table.path("database", database, "FILE", "Where the teas are kept.");
///       }
///     };
///     mastic::Router make_shop(const ShopOptions& options);
///     int main(int argc, char** argv) { return mastic::run(make_shop, argc, argv); }
template <ConfiguredSiteMaker F>
[[nodiscard]] int run(F&& make_site, int argc, char** argv) {
  base::FirstArgument<F> options;
  return run_made([&] { return app::App(make_site(std::as_const(options))); },
                  {.describe = [&](base::OptionTable& table) { options.describe(table); },
                   .check = [&] { return base::check_options(options); }},
                  argc, argv);
}
/// Serves a site that exists already. Prefer to pass a function that makes the site: a site that is
/// passed has been made even for `--help`, with everything that its constructors open, ask for and
/// write.
[[nodiscard]] int run(app::App app, int argc, char** argv);

/// Serves the application that `make_app` returns, for a program that has read its own command
/// line: see serve_made (service.h). The log has colours when `log_format` is Auto, the log goes to
/// a terminal, and NO_COLOR is not set.
[[nodiscard]] ExitCode run_made(MakeApp make_app, std::string_view what, const Options& options,
                                const ShowMessage& show = {});
/// Serves the site that `make_site` returns, for a program that has read its own command line.
template <SiteMaker F>
[[nodiscard]] ExitCode run(F&& make_site, std::string_view what, const Options& options) {
  return run_made([&make_site] { return app::App(make_site()); }, what, options);
}
/// Serves a site that exists already, for a program that has read its own command line.
[[nodiscard]] ExitCode run(app::App app, std::string_view what, const Options& options);

}  // namespace mastic::catalog
