#include "mastic/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace mastic::base {

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress address;
  address.kind_ = Kind::V4;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes) {
  IpAddress address;
  address.kind_ = Kind::V6;
  address.bytes_ = bytes;
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton stops at a zero byte, and would read "127.0.0.1\0evil" as an address.
  const std::string zero_ended(text);
  if (zero_ended.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (inet_pton(AF_INET, zero_ended.c_str(), address.bytes_.data()) == 1) {
    address.kind_ = Kind::V4;
    return address;
  }
  if (inet_pton(AF_INET6, zero_ended.c_str(), address.bytes_.data()) == 1) {
    address.kind_ = Kind::V6;
    return address;
  }
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  return is_v6() && *this == *parse("::1");
}

std::string_view IpAddress::bytes() const {
  const std::size_t size = is_v4() ? 4 : is_v6() ? 16 : 0;
  return {reinterpret_cast<const char*>(bytes_.data()), size};
}

std::string IpAddress::to_string() const {
  if (is_none()) return {};
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::string Endpoint::to_string() const {
  if (ip.is_none()) return "unix";
  const std::string host = ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string();
  return host + ":" + std::to_string(port);
}

}  // namespace mastic::base
