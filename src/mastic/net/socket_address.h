// Addresses as the socket calls take them.

#pragma once

#include <sys/socket.h>

#include <optional>

#include "mastic/base/address.h"

namespace mastic::net {

class SocketAddress {
 public:
  /// An empty one, for a call to fill in.
  SocketAddress() = default;
  explicit SocketAddress(const base::Address& address);

  [[nodiscard]] int family() const { return storage_.ss_family; }
  [[nodiscard]] const sockaddr* data() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
  }
  [[nodiscard]] sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  [[nodiscard]] unsigned* size() { return &size_; }

  /// Address and port; without an address for a Unix socket. An IPv4 address within IPv6 is IPv4.
  [[nodiscard]] base::Endpoint endpoint() const;
  /// What a socket is bound to; nothing for other families than IP and Unix. A Unix socket that is not
  /// in the file system is shown with @ before its name, as ss and netstat do.
  [[nodiscard]] std::optional<base::Address> address() const;

 private:
  sockaddr_storage storage_{};
  unsigned size_ = sizeof(sockaddr_storage);
};

}  // namespace mastic::net
