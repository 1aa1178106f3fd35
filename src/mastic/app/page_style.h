// The style of a built-in page, and how a site's own Content-Security-Policy admits it.
//
// A page contains its style, because it knows no path at which a style sheet could be served.
// Policies admit the style by its hash. A site that sets a policy of its own keeps that policy; if
// the policy would refuse the style, the style's hash is added to the policy (answer_completion.h).

#pragma once

#include <string>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

/// The style that all built-in pages share: colours for light and dark mode, as variables, fonts
/// and links. The style of each page begins with it.
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

/// A style sheet, and the policy that admits it.
class PageStyle {
 public:
  /// Makes the style from `css`, which must contain nothing that comes from a request. The policy
  /// allows this style and nothing else, except what `directives` add to the policy.
  explicit PageStyle(std::string_view css, std::string_view directives = {});

  /// The element `<style>` with the style sheet.
  [[nodiscard]] const std::string& element() const MASTIC_LIFETIMEBOUND { return element_; }
  /// The style's hash, as a policy names it: 'sha256-...'.
  [[nodiscard]] const std::string& source() const MASTIC_LIFETIMEBOUND { return source_; }
  /// The policy of a page with this style, unless the site sets one of its own.
  [[nodiscard]] const std::string& policy() const MASTIC_LIFETIMEBOUND { return policy_; }

 private:
  std::string element_;
  std::string source_;
  std::string policy_;
};

/// Answers `request` with a page that contains `style`, which has to outlive the exchange.
[[nodiscard]] Response styled_page(Request& request, const PageStyle& style, Body html,
                                   http::Status status = http::Status::Ok);

/// Returns `policy`, a list of policies as in Content-Security-Policy, changed so that it admits a
/// style with this `source`: the source is added to the directive that decides on styles. A policy
/// without such a directive, or one that admits every style, is not changed.
[[nodiscard]] std::string allow_style(std::string_view policy, std::string_view source);

}  // namespace mastic::app
