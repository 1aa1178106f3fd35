// The authority of a target or a Host field: host and port (RFC 9110 §7.2, RFC 3986 §3.2).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mastic::http {

/// A host and perhaps a port: views into the text that it was read from.
struct Authority {
  std::string_view host;  ///< as written; an IPv6 address keeps its brackets
  std::optional<std::uint16_t> port;

  /// Reads `host[:port]`, where the port may be empty. Returns std::nullopt for anything else: an
  /// empty text, user information, paths, lists, spaces, ports over 65535.
  [[nodiscard]] static std::optional<Authority> parse(std::string_view text);
  /// Whether `text` is an authority that `parse` can read. Faster than `parse` for a name and for a
  /// name with a port.
  [[nodiscard]] static bool is_one(std::string_view text);
};

/// The port that `scheme` implies if an authority names no port: 443 for "https", otherwise 80.
[[nodiscard]] std::uint16_t default_port(std::string_view scheme);

/// Whether `a` and `b` name the same host and port in URLs of `scheme` (RFC 9110 §4.2.3). Case is
/// ignored, and an empty or missing port is the default of the scheme.
[[nodiscard]] bool same_authority(std::string_view a, std::string_view b, std::string_view scheme);

/// Whether `text` is a pattern of hosts: a host name without a port, or "*." followed by the ending
/// of host names.
[[nodiscard]] bool is_host_pattern(std::string_view text);
/// Whether `host` is `pattern` or, for "*.example.com", ends in ".example.com". A dot at the end of
/// `host`, which is how an absolute domain name is written, is ignored.
[[nodiscard]] bool matches_host(std::string_view pattern, std::string_view host);

}  // namespace mastic::http
