// The style of a page that Mastic makes, and how such a page lives with a site's own
// Content-Security-Policy.
//
// A page has its style in itself: what is served beside it may stand at a path that it does not know.
// Policies let the style pass by its hash. A site that sets a policy of its own keeps it; where it
// would refuse the style, its hash is added (answer_completion.h).

#pragma once

#include <string>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

class PageStyle {
 public:
  /// `css` has nothing of a request in it. `directives` stand in the policy behind those that allow
  /// this style and nothing else.
  explicit PageStyle(std::string_view css, std::string_view directives = {});

  /// `<style>` and what belongs into it.
  [[nodiscard]] const std::string& element() const MASTIC_LIFETIMEBOUND { return element_; }
  /// As a policy names it: 'sha256-...'.
  [[nodiscard]] const std::string& source() const MASTIC_LIFETIMEBOUND { return source_; }
  /// The policy of a page that nobody has another one for.
  [[nodiscard]] const std::string& policy() const MASTIC_LIFETIMEBOUND { return policy_; }

 private:
  std::string element_;
  std::string source_;
  std::string policy_;
};

/// The answer to `request` with a page that has `style` in it, which has to outlive the exchange.
[[nodiscard]] Response styled_page(Request& request, const PageStyle& style, Body html,
                                   http::Status status = http::Status::Ok);

/// `policy`, a list as Content-Security-Policy has it, so that it lets a style with this `source`
/// pass: the source is added to the directive that decides on styles. Unchanged where there is none,
/// or where it lets every style pass.
[[nodiscard]] std::string allow_style(std::string_view policy, std::string_view source);

}  // namespace mastic::app
