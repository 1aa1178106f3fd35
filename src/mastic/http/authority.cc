#include "mastic/http/authority.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

/// How many bytes at the start of `text` are a registered name or an IPv4 address; 0 if there are
/// no such bytes or an escape is broken.
std::size_t registered_name_size(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = skip(Characters::Host, begin, end);
  while (at != end && *at == '%') {
    if (!base::has_valid_escapes(
            {at, std::min<std::size_t>(3, static_cast<std::size_t>(end - at))}))
      return 0;
    at = skip(Characters::Host, at + 1, end);
  }
  return static_cast<std::size_t>(at - begin);
}

/// How many bytes at the start of `text` are an IPv6 address in brackets; 0 if `text` does not
/// start with one.
std::size_t bracketed_v6_size(std::string_view text) {
  const std::size_t bracket = text.find(']');
  if (bracket == text.npos) return 0;
  const auto address = base::IpAddress::parse(text.substr(1, bracket - 1));
  return address && address->is_v6() ? bracket + 1 : 0;
}

/// Whether `text` is an authority, for texts that are not of the usual forms. Out of line, so that
/// the usual case saves no registers for this call.
[[gnu::noinline]] bool is_unusual_one(std::string_view text) {
  return Authority::parse(text).has_value();
}

}  // namespace

bool Authority::is_one(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* const name_end = skip(Characters::Host, text.data(), end);
  if (name_end == end) return !text.empty();     // as nearly all are: a name, and perhaps a port
  constexpr std::ptrdiff_t kMaxSurelySmall = 4;  // digits
  const char* const port = name_end + 1;
  const bool is_usual =
      *name_end == ':' && name_end != text.data() && end - port <= kMaxSurelySmall;
  return (is_usual && std::all_of(port, end, base::is_digit)) || is_unusual_one(text);
}

std::optional<Authority> Authority::parse(std::string_view text) {
  const std::size_t size =
      text.starts_with('[') ? bracketed_v6_size(text) : registered_name_size(text);
  if (size == 0) return std::nullopt;
  Authority authority;
  authority.host = text.substr(0, size);
  if (size == text.size()) return authority;
  if (text[size] != ':') return std::nullopt;
  if (size + 1 == text.size()) return authority;
  const auto port = base::parse_decimal(text.substr(size + 1));
  if (!port || *port > 65535) return std::nullopt;
  authority.port = static_cast<std::uint16_t>(*port);
  return authority;
}

std::uint16_t default_port(std::string_view scheme) {
  return base::equal_ignoring_case(scheme, "https") ? 443 : 80;
}

bool same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  if (base::equal_ignoring_case(a, b)) return true;
  const auto one = Authority::parse(a);
  const auto other = Authority::parse(b);
  if (!one || !other || !base::equal_ignoring_case(one->host, other->host)) return false;
  const std::uint16_t port = default_port(scheme);
  return one->port.value_or(port) == other->port.value_or(port);
}

bool is_host_pattern(std::string_view text) {
  const std::string_view name = text.starts_with("*.") ? text.substr(2) : text;
  const auto authority = Authority::parse(name);
  return authority && authority->host == name && name.find('*') == name.npos;
}

bool matches_host(std::string_view pattern, std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!pattern.starts_with("*.")) return base::equal_ignoring_case(pattern, host);
  const std::string_view ending = pattern.substr(1);
  return host.size() > ending.size() &&
         base::equal_ignoring_case(host.substr(host.size() - ending.size()), ending);
}

}  // namespace mastic::http
