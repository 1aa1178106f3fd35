// The authority of a target or a Host field: host and port (RFC 9110 §7.2, RFC 3986 §3.2).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mastic::http {

struct Authority {
  std::string_view host;  ///< as written; an IPv6 address keeps its brackets
  std::optional<std::uint16_t> port;

  /// Nothing when `text` is empty or is no `host[:port]`: user information, paths, lists, spaces
  /// and ports beyond 65535 are refused. `host:` with an empty port is allowed.
  [[nodiscard]] static std::optional<Authority> parse(std::string_view text);
  /// Whether that would be one.
  [[nodiscard]] static bool is_one(std::string_view text);
};

/// The port of an authority that names none: 443 for "https", else 80.
[[nodiscard]] std::uint16_t default_port(std::string_view scheme);

/// Whether both name one host and port, as a URL of `scheme` has them (RFC 9110 §4.2.3): letters
/// count without regard to case, and a port that is empty or left out is that of the scheme.
[[nodiscard]] bool same_authority(std::string_view a, std::string_view b, std::string_view scheme);

/// Whether `text` is a pattern of hosts: a name without a port, or "*." and what names end in.
[[nodiscard]] bool is_host_pattern(std::string_view text);
/// Whether `host` is `pattern`, or ends in what stands behind the star of "*.example.com". A dot at
/// the end of `host`, the root of the domain name system spelt out, does not count.
[[nodiscard]] bool matches_host(std::string_view pattern, std::string_view host);

}  // namespace mastic::http
