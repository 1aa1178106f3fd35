#include "mastic/http/authority.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/text.h"

namespace mastic::http {
namespace {

constexpr std::string_view kMarks = "-._~!$&'()*+;=%";

/// reg-name or IPv4address: unreserved, escapes and sub-delimiters without the comma, which would
/// make a list of two hosts.
bool is_registered_name(std::string_view host) {
  const auto allowed = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || kMarks.find(c) != kMarks.npos;
  };
  return !host.empty() && std::ranges::all_of(host, allowed) && base::has_valid_escapes(host);
}

bool is_bracketed_v6(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  const auto address = base::IpAddress::parse(host.substr(1, host.size() - 2));
  return address && address->is_v6();
}

}  // namespace

std::optional<Authority> Authority::parse(std::string_view text) {
  Authority authority;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == text.npos ? 0 : bracket);
  authority.host = text.substr(0, colon);
  if (!is_registered_name(authority.host) && !is_bracketed_v6(authority.host)) return std::nullopt;
  if (colon == text.npos || colon + 1 == text.size()) return authority;
  const auto port = base::parse_decimal(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  authority.port = static_cast<std::uint16_t>(*port);
  return authority;
}

}  // namespace mastic::http
