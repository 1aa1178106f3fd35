// IP addresses, alone or with a port. Plain values; names are never looked up.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::base {

/// An IPv4 address, an IPv6 address, or no address: a peer on a Unix socket has none.
class IpAddress {
 public:
  IpAddress() = default;
  /// Makes an IPv4 address from its bytes, in network order.
  static IpAddress v4(std::array<std::uint8_t, 4> bytes);
  /// Makes an IPv6 address from its bytes, in network order.
  static IpAddress v6(std::array<std::uint8_t, 16> bytes);

  /// Reads "127.0.0.1" or "::1", without brackets, zone or port; returns nothing for anything else.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  /// Whether there is no address.
  [[nodiscard]] bool is_none() const { return kind_ == Kind::None; }
  /// Whether this is an IPv4 address.
  [[nodiscard]] bool is_v4() const { return kind_ == Kind::V4; }
  /// Whether this is an IPv6 address.
  [[nodiscard]] bool is_v6() const { return kind_ == Kind::V6; }
  /// Whether this is a loopback address: 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const;

  /// The 4 or 16 bytes in network order; empty when there is no address.
  [[nodiscard]] std::string_view bytes() const;
  /// The address as text, "127.0.0.1" or "::1"; empty when there is no address.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  enum class Kind : std::uint8_t { None, V4, V6 };
  std::array<std::uint8_t, 16> bytes_{};
  Kind kind_ = Kind::None;
};

/// An address and a port: where a peer is.
struct Endpoint {
  /// The address, or none.
  IpAddress ip;
  /// The port, or 0.
  std::uint16_t port = 0;

  /// Returns "127.0.0.1:8080" or "[::1]:8080"; "unix" when there is no address.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace mastic::base
