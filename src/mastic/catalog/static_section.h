// A static tree as a section of a configuration file.

#pragma once

#include <string>

#include "mastic/app/app.h"
#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/deploy/build.h"
#include "mastic/files/options.h"

namespace mastic::catalog {

/// The options of a static tree in a configuration file.
struct StaticSection {
  /// The folder whose files are served.
  std::string root;
  /// How long clients may use a file without asking again: for `Cache-Control: max-age`; 0 leaves
  /// the field out.
  base::Duration max_age{};
  /// How files are found and sent.
  files::Options files;

  /// Adds every member to `table` under its name. Paste's names document_root and cache_max_age, in
  /// seconds, are other names for the first two.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

/// Makes the application. Fails if the folder cannot be opened.
[[nodiscard]] base::Result<app::App> make_static(const StaticSection& section,
                                                 deploy::Build& build);

}  // namespace mastic::catalog
