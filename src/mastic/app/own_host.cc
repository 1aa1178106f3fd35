#include "mastic/app/own_host.h"

#include <algorithm>

#include "mastic/base/ip_address.h"
#include "mastic/http/authority.h"

namespace mastic::app {

bool is_own_host(std::string_view authority, std::span<const std::string> allowed) {
  if (authority.empty()) return true;
  const auto parsed = http::Authority::parse(authority);
  if (!parsed) return false;
  const std::string_view host = parsed->host;
  const bool is_v6 = host.starts_with('[');
  if (is_v6 || base::IpAddress::parse(host)) return true;
  const auto is_it = [&](std::string_view pattern) { return http::matches_host(pattern, host); };
  return is_it("localhost") || is_it("*.localhost") || std::ranges::any_of(allowed, is_it);
}

bool names_own_host(const Request& request) {
  return is_own_host(request.authority(), request.exchange().allowed_hosts());
}

}  // namespace mastic::app
