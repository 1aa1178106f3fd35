// Url maps, cascades and pages for errors as sections of a configuration file.
//
//     [composite:main]                        [composite:files]
//     use = egg:Paste#urlmap                  use = egg:Paste#cascade
//     / = shop                                app1 = static
//     /docs = manual                          app2 = shop
//     domain api.example.com port 8080 / = api
//
// Each is the list of parts that a C++ author passes to a constructor, with names in place of parts.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/cascade.h"
#include "mastic/app/error_documents.h"
#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/deploy/build.h"

namespace mastic::catalog {

/// The options of an app::UrlMap in a configuration file.
struct UrlMapSection {
  /// The application that answers at a prefix of the path, and perhaps only for one host:
  /// `http://HOST/PATH`, or `domain HOST port PORT /PATH`.
  std::vector<base::OptionEntry> places;
  /// The application that answers what no place takes, instead of 404. It may be a global setting.
  std::string not_found_app;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Makes the application. As in Paste, the last of several keys for one place counts; there is a
/// warning about the others.
[[nodiscard]] base::Result<app::App> make_url_map(const UrlMapSection& section,
                                                  deploy::Build& build);

/// The place that a key names, as app::UrlMap reads it: "domain example.com port 80 /docs/" is
/// "example.com:80/docs". Fails with a message that says what is wrong with the key.
[[nodiscard]] base::Result<std::string> place_of_key(std::string_view key);

/// The options of an app::Cascade in a configuration file.
struct CascadeSection {
  /// Which statuses are caught, and how much content is kept.
  app::CascadeOptions cascade;
  /// An application. They are tried in the order of their numbers.
  std::vector<base::OptionEntry> applications;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const { return cascade.check(); }
};

/// Makes the application. Paste tries app10 before app2; there is a warning where that differs.
[[nodiscard]] base::Result<app::App> make_cascade(const CascadeSection& section,
                                                  deploy::Build& build);

/// The options of app::ErrorDocuments in a configuration file.
struct ErrorDocumentsSection {
  /// The path whose content the client gets with this status, such as `/errors/404.html`. It is
  /// asked for below the place of this filter.
  std::vector<base::OptionEntry> documents;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Makes the filter. Throws what the constructor of app::ErrorDocuments throws.
[[nodiscard]] app::ErrorDocuments make_error_documents(const ErrorDocumentsSection& section);

}  // namespace mastic::catalog
