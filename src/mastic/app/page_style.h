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

/// What Mastic's own pages have in common: their colours by day and by night, as variables, their
/// type, their links. The style of a page begins with it.
inline constexpr std::string_view kCommonPageStyle = R"(
:root { color-scheme: light dark; --ink: #1c2421; --paper: #fbfaf6; --faint: #5d6862; --line: #e3e1d8;
  --accent: #0b6e4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebe7; --paper: #141816; --faint: #9aa7a1;
  --line: #29312d; --accent: #6fd3a9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
)";

class PageStyle {
 public:
  /// `css` has nothing of a request in it. `directives` stand in the policy behind those that allow
  /// this style and nothing else.
  explicit PageStyle(std::string_view css, std::string_view directives = {});

  /// `<style>` and what belongs into it.
  [[nodiscard]] const std::string& element() const MASTIC_LIFETIMEBOUND { return element_; }
  /// As a policy names it: 'sha256-...'.
  [[nodiscard]] const std::string& source() const MASTIC_LIFETIMEBOUND { return source_; }
  /// The policy of the page, unless the site sets one of its own.
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
