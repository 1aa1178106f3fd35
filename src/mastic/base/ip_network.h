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
  /// Reads an address, which is a network of one, or `ADDRESS/BITS`. Fails with a message that shows
  /// the form, or the network that was meant when there are bits behind the prefix.
  [[nodiscard]] static Result<IpNetwork> parse(std::string_view text);

  /// Whether `address` is one of its own. No network of one family contains an address of the other,
  /// and none contains "none".
  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// What `parse` reads back.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpNetwork(IpAddress first, unsigned bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  unsigned bits_;  ///< of the prefix
};

}  // namespace mastic::base
