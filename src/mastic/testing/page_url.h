// The URLs of pages: what a link on one page leads to.

#pragma once

#include <string>
#include <string_view>

namespace mastic::testing {

/// The URL that `reference` is on a page at the URL `base`: "b?x" on "http://a.example/c/d" is
/// "http://a.example/c/b?x" (RFC 3986 §5.2). White space at the ends of `reference`, line ends within it and a fragment are
/// dropped; what a request cannot hold is percent-encoded, as in a browser. A reference with a scheme of its own that is not that of `base` is returned as it is.
[[nodiscard]] std::string resolve_url(std::string_view base, std::string_view reference);
/// The scheme and authority of a URL: "http://a.example". Empty for URLs without them, such as
/// "mailto:ada@example.org".
[[nodiscard]] std::string_view origin_of(std::string_view url);

}  // namespace mastic::testing
