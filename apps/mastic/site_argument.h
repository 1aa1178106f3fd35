// SITE of a command line: what it names, and how the site is made.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/ini_file.h"
#include "mastic/deploy/node.h"
#include "mastic/deploy/part.h"
#include "mastic/deploy/site.h"
#include "mastic/files/options.h"

namespace mastic::program {

/// What SITE and the settings after it name.
struct SiteArgument {
  /// Where the site comes from.
  enum class Kind { Directory, File, Plugin };
  Kind kind = Kind::File;
  std::string path;          ///< of the directory, the site file or the plugin
  std::string name;          ///< of the application; empty for the usual one
  deploy::Settings globals;  ///< NAME=VALUE

  /// The URI of a part of the site file: "config:site.ini#main". Requires: kind is File.
  [[nodiscard]] std::string uri(std::string_view part) const;
};

/// Options that choose the application of a site, for the commands that take one.
struct SiteOptions {
  /// Application of the site file or plugin, as #NAME after SITE; -n for short. [main]
  std::string app_name;
  void describe(base::OptionTable& table);
};

/// Reads SITE and the settings after it. Fails with a message for wrong usage.
[[nodiscard]] base::Result<SiteArgument> read_site(std::span<const std::string_view> arguments,
                                                   const SiteOptions& options);

/// Makes the site. `files` is for a directory.
[[nodiscard]] deploy::Site make_site(const SiteArgument& site, const files::Options& files = {});

/// Reads the site file for what no part is made of; errors in it are those of make_site. Returns
/// nothing for another kind of site, and for a file that cannot be read.
[[nodiscard]] std::optional<deploy::IniFile> read_file(const SiteArgument& site);

/// Sets the options of the server that the site file has in `[server:NAME]` and in its sections
/// about loggers. An empty `name` is that of the server `main`, which a file need not have. What is
/// wrong goes to `diagnostics`, and the secrets of the file to `secrets`. Returns the section, or
/// nothing if there is none.
std::optional<deploy::Node> read_server(const SiteArgument& site, const std::string& name,
                                        base::OptionTable& table, deploy::Diagnostics& diagnostics,
                                        deploy::SecretValues& secrets);

/// Writes all diagnostics to standard error, a line for each, in colours if a person reads them.
void report(const deploy::Diagnostics& diagnostics);

}  // namespace mastic::program
