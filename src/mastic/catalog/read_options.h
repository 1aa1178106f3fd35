// The options of an application, from the environment and from a file.
//
//     ShopOptions options;
//     const auto found = mastic::read_options(options, {.config = "shop.ini"});
//     std::fputs(found.to_string().c_str(), stderr);
//     if (found.has_errors()) return 2;
//
// mastic::run (run.h) does this for a function that takes its options. Call it here in a program
// that reads its own command line.

#pragma once

#include <string>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/base/options_of.h"
#include "mastic/deploy/diagnostics.h"

namespace mastic::catalog {

/// Returns the environment of this process, in the form NAME=value.
[[nodiscard]] std::vector<std::string> process_environment();

/// Where the options of an application are read from.
struct OptionSources {
  /// A file whose section `[app:NAME]` has options: "shop.ini#NAME", or "shop.ini" for the name main.
  /// No file if it is empty.
  std::string config;
  /// What the name of a variable begins with: APP_DATABASE sets the option `database`.
  std::string prefix = "APP_";
  /// The variables, in the form NAME=value.
  std::vector<std::string> environment = process_environment();
};

/// Sets the options in `table` from the file, and then from the environment. Returns everything that
/// is wrong, which is an error, and what seems to be a mistake, which is a warning: a variable with
/// the prefix that no option has the name of, or only one of the server.
///
/// The file is read by the rules of site files (deploy/loader.h): a section may inherit from another
/// one by `use`, and refer to variables by `%(ENV_NAME)s`. It says nothing of how the application is
/// made. If `server` is not null, its options are set from `[server:main]`, and a file that has this
/// section needs no other.
[[nodiscard]] deploy::Diagnostics read_options_into(base::OptionTable& table,
                                                    const OptionSources& sources,
                                                    base::OptionTable* server = nullptr);

/// Sets the members of `options` from `sources`, as `read_options_into` does. It does not call
/// `options.check()`, because the program may still set other members.
template <base::DescribedOptions Options>
[[nodiscard]] deploy::Diagnostics read_options(Options& options,
                                               const OptionSources& sources = {}) {
  base::OptionTable table;
  options.describe(table);
  return read_options_into(table, sources);
}

}  // namespace mastic::catalog
