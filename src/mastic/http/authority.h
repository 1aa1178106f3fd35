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

}  // namespace mastic::http
