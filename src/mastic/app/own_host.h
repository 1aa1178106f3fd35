// The hosts under which pages about the inside of a server may be seen: hosts whose names no other
// site can have.
//
// Another site can let its own name resolve to this machine (DNS rebinding). To a browser, a page
// of that site then has the same origin as the pages that are served here, and may read them. But
// the browser sends the name of the other site as Host, so pages that show the inside answer only
// to names that no other site can have.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mastic/app/request.h"

namespace mastic::app {

/// Whether the host of `authority`, which may have a port, is `localhost`, a name below it, an IP
/// address, or one of `allowed` (http::matches_host). An empty `authority` passes too, because no
/// browser sends one.
[[nodiscard]] bool is_own_host(std::string_view authority, std::span<const std::string> allowed);

/// Whether `request` names a host that no other site can have, or a host that the operator has
/// allowed (--allowed-host).
[[nodiscard]] bool names_own_host(const Request& request);

}  // namespace mastic::app
