// Addresses in the form that the socket calls use.

#pragma once

#include <sys/socket.h>

#include <optional>

#include "mastic/base/address.h"

namespace mastic::net {

/// A sockaddr of any family, with its size.
class SocketAddress {
 public:
  /// An empty address, for a system call to fill in.
  SocketAddress() = default;
  explicit SocketAddress(const base::Address& address);

  /// The address family: AF_INET, AF_INET6 or AF_UNIX.
  [[nodiscard]] int family() const { return storage_.ss_family; }
  /// The address as bind, connect and similar calls take it, together with `size`.
  [[nodiscard]] const sockaddr* data() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
  }
  [[nodiscard]] sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  /// The size of the address, which a system call may change.
  [[nodiscard]] unsigned* size() { return &size_; }

  /// The IP address and port. A Unix socket has no IP address. An IPv4 address that is mapped into
  /// IPv6 is returned as IPv4.
  [[nodiscard]] base::Endpoint endpoint() const;
  /// The address, or nullopt when the family is neither IP nor Unix. An abstract Unix socket is
  /// shown with @ before its name, as ss and netstat do.
  [[nodiscard]] std::optional<base::Address> address() const;

 private:
  sockaddr_storage storage_{};
  unsigned size_ = sizeof(sockaddr_storage);
};

}  // namespace mastic::net
