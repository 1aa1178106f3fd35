// The options of a service under the names that other servers have for them, for configuration
// files that were written for those.
//
//     [server:main]
//     use = egg:waitress#main
//     host = 0.0.0.0
//     port = 6543
//     threads = 8

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/options.h"
#include "mastic/base/result.h"
#include "mastic/catalog/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/node.h"

namespace mastic::catalog {

/// Binds the options of a service under their own names, and under those that Paste, waitress and
/// gunicorn have for them. For the section of a file; the command line has only their own names.
///
/// A name whose value can be taken over is an alias of the option (OptionTable::alias). Some have to
/// be translated: host and port together, listen and unix_socket say what `bind` says, and accesslog
/// what `access_log` and `access_log_file` say. A name that means nothing here is accepted with a
/// warning (OptionTable::ignore). A name whose loss would change what clients see, such as that of a
/// certificate, is refused with a reason.
class ServerSection {
 public:
  /// Sets `options`, which must outlive this object.
  explicit ServerSection(Options& options) : options_(&options) {}

  /// Adds all names to `table`. This object must outlive the table, and must not be moved.
  void describe(base::OptionTable& table);

 private:
  void describe_addresses(base::OptionTable& table);
  /// Sets `bind` to the one address that host and port make.
  [[nodiscard]] base::Result<void> bind_host_and_port();
  /// Adds an address to those of `by`, the name that says where to listen. Fails if another name says
  /// so, too.
  [[nodiscard]] base::Result<void> bind(std::string_view by, std::string_view address, bool begins);

  Options* options_;
  std::string host_;
  std::string port_;
  const base::Option* bind_ = nullptr;
  std::string_view bound_by_;  ///< the name that has said where to listen; empty if none has
  /// Not there yet, like all names of certificates: Mastic does not speak TLS.
  ///
  /// The list stays empty, because setting any of these names fails.
  std::vector<base::OptionEntry> refused_;
};

/// Warns of options whose names mean something else to the server that the section was written for:
/// gunicorn's workers are processes.
void warn_of_other_meanings(const deploy::Node& section, deploy::Diagnostics& diagnostics);

}  // namespace mastic::catalog
