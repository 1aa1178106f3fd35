// From which pages a WebSocket may be opened. RFC 6454, RFC 6455 §10.2.
//
// A browser lets any page open a WebSocket to any site, and sends the cookies of that site along. So
// without this rule, a page of another site could act for the person who looks at it (cross-site
// WebSocket hijacking). The browser names the origin of the page in the field Origin.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mastic::websocket {

/// Whether a page of `origin`, the value of a field Origin such as "https://example.com", belongs to
/// the site that its client has reached over TLS (`is_secure`) or without it at `authority`, the
/// value of Host. Default ports and case make no difference.
[[nodiscard]] bool is_own_origin(std::string_view origin, bool is_secure,
                                 std::string_view authority);
/// Whether one of `rules` is `*` or the same origin as `origin`.
[[nodiscard]] bool is_allowed_origin(std::string_view origin, std::span<const std::string> rules);
/// Whether `text` can be a rule: an origin, `*`, or "null", which is the origin of local files and
/// of frames in a sandbox.
[[nodiscard]] bool is_origin_rule(std::string_view text);

}  // namespace mastic::websocket
