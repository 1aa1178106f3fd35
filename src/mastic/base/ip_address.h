// IP addresses, alone or with a port. Plain values; names are never looked up.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::base {

/// An IPv4 address, an IPv6 address, or no address, as of a peer on a Unix socket.
class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress v4(std::array<std::uint8_t, 4> bytes);
  static IpAddress v6(std::array<std::uint8_t, 16> bytes);

  /// Reads "127.0.0.1" or "::1", without brackets, zone or port; returns nothing for anything else.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_none() const { return kind_ == Kind::None; }
  [[nodiscard]] bool is_v4() const { return kind_ == Kind::V4; }
  [[nodiscard]] bool is_v6() const { return kind_ == Kind::V6; }
  [[nodiscard]] bool is_loopback() const;

  /// The 4 or 16 bytes in network order; empty when there is no address.
  [[nodiscard]] std::string_view bytes() const;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  enum class Kind : std::uint8_t { None, V4, V6 };
  std::array<std::uint8_t, 16> bytes_{};
  Kind kind_ = Kind::None;
};

/// An address and a port: where a peer is.
struct Endpoint {
  IpAddress ip;
  std::uint16_t port = 0;

  /// Returns "127.0.0.1:8080" or "[::1]:8080"; "unix" when there is no address.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace mastic::base
