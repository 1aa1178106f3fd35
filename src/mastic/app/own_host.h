// Whom pages about the inside of a server answer: hosts that no other site can have taken.
//
// A page of another site may have its name point to this machine (DNS rebinding); to a browser it then
// is of one origin with what is served here, and may read it. But the browser says that name in Host,
// so pages that show what is inside answer to names that others cannot have.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mastic/app/request.h"

namespace mastic::app {

/// Whether `authority`, a host and perhaps a port, is `localhost`, a name below it, an IP address, one
/// of `allowed` (http::matches_host), or empty, as no browser sends it.
[[nodiscard]] bool is_own_host(std::string_view authority, std::span<const std::string> allowed);

/// The same of the host that `request` names, with those that the server was told of
/// (--allowed-host).
[[nodiscard]] bool names_own_host(const Request& request);

}  // namespace mastic::app
