// Response fields: sets, adds and removes fields of every answer.
//
//     site.use(ResponseFields({{{"X-Frame-Options", "DENY"}, {"-X-Powered-By", ""}}}));

#pragma once

#include <vector>

#include "mastic/app/middleware.h"
#include "mastic/base/options.h"

namespace mastic::middleware {

/// The settings of ResponseFields.
struct ResponseFieldsOptions {
  /// A field of every answer. NAME replaces what the application has set, +NAME adds a field beside
  /// it, and -NAME, without a value, removes all fields of that name.
  std::vector<base::OptionEntry> fields;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the field which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

/// Changes the fields of every answer that passes, also of errors, in the order in which the
/// options are written.
///
/// Fields that frame a message belong to the server and cannot be changed: Connection,
/// Content-Length, Date, Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding and Upgrade.
class ResponseFields {
 public:
  /// Throws std::invalid_argument when `options.check()` fails.
  explicit ResponseFields(ResponseFieldsOptions options);

  /// Changes the fields of the answer.
  void after(app::Request& request, app::Response& response) const;

 private:
  ResponseFieldsOptions options_;
};

}  // namespace mastic::middleware
