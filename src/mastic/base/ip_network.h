// Networks of IP addresses: 192.0.2.7, 10.0.0.0/8, 2001:db8::/32 (CIDR, RFC 4632).

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// All addresses that begin with the same bits.
class IpNetwork {
 public:
  /// Reads `ADDRESS/BITS`, or an address alone, which is a network of one address. Fails with a
  /// message that shows the form or, when bits after the prefix are set, the network that was
  /// probably meant.
  [[nodiscard]] static Result<IpNetwork> parse(std::string_view text);

  /// Whether `address` belongs to the network. An IPv4 network contains no IPv6 address, an IPv6
  /// network contains no IPv4 address, and no network contains "no address".
  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// The text form that `parse` reads back.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpNetwork(IpAddress first, unsigned bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  unsigned bits_;  ///< the length of the prefix
};

}  // namespace mastic::base
