// Lint: checks that an application keeps its contract, in each of its layers. For tests and
// development.
//
//     App checked = wrap(Lint(report), std::move(site));
//
//     GET /cart (200): Content-Length is 12, and the content has 15 bytes. Made by the middleware
//     Shorten (around the handler of GET /cart). RFC 9112 §6.2.
//
// Lint watches the applications inside of it (App::watch): after each layer it looks for the faults
// of the answer, so it knows the layer that has made one. It reports what is left of them when the
// answer leaves the application: what a layer has made wrong and another one has mended is right.
// Content that is produced is counted while it is pulled.
//
// Some misuse cannot be seen from here. A view that is used after its exchange is memory that was
// freed: AddressSanitizer shows it, because memory is not recycled in its builds. An on_finish that
// throws ends the process. An answer that was ready at once and that a middleware did not look at
// cannot be told from one that it has replaced. A handler that never ends is not reported before
// its server stops. The guide to testing has the list of all rules.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/base/units.h"
#include "mastic/middleware/answer_rules.h"

namespace mastic::middleware {

/// What Lint accepts.
struct LintOptions {
  /// How long a handler may run after its stop token was stopped, by the clock of mastic::now().
  base::Duration grace = std::chrono::seconds(10);
};

/// Checks every answer that passes, and how the layers below treat requests. Reports each breach of
/// HTTP or of the contract of App, with the layer that is to blame and the source of the rule. Lint
/// does not change the answer.
class Lint {
 public:
  /// Logs each fault as a warning of the logger "lint".
  Lint();
  /// Calls `report` for each fault, with a sentence that names the method and the target. `report`
  /// may be called on any loop.
  explicit Lint(std::function<void(std::string_view fault)> report, LintOptions options = {});

  /// Puts Lint around `inner`, and from now on watches `inner` and all applications in it.
  [[nodiscard]] app::App operator()(app::App inner) const;

  /// How faults are reported, and what is accepted.
  struct Settings {
    /// Called for each fault, with the request of the client.
    std::function<void(app::Request&, std::string_view)> report;
    LintOptions options;  ///< what is accepted
  };

 private:
  std::shared_ptr<const Settings> settings_;
};

}  // namespace mastic::middleware
