#include "mastic/net/socket_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace mastic::net {
namespace {

template <class T>
T copy_as(const sockaddr_storage& storage) {
  T address;
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

}  // namespace

SocketAddress::SocketAddress(const base::Address& address) {
  const auto store = [this](const auto& filled) {
    std::memcpy(&storage_, &filled, sizeof filled);
    size_ = sizeof filled;
  };
  const base::Endpoint& endpoint = address.endpoint();
  if (address.is_unix()) {
    sockaddr_un unix_address{};
    unix_address.sun_family = AF_UNIX;
    address.path().copy(unix_address.sun_path, sizeof unix_address.sun_path - 1);
    store(unix_address);
  } else if (endpoint.ip.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.ip.bytes().data(), sizeof v4.sin_addr);
    store(v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.ip.bytes().data(), sizeof v6.sin6_addr);
    store(v6);
  }
}

base::Endpoint SocketAddress::endpoint() const {
  if (family() == AF_INET) {
    const auto v4 = copy_as<sockaddr_in>(storage_);
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return {base::IpAddress::v4(bytes), ntohs(v4.sin_port)};
  }
  if (family() == AF_INET6) {
    const auto v6 = copy_as<sockaddr_in6>(storage_);
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      return {base::IpAddress::v4({bytes[12], bytes[13], bytes[14], bytes[15]}),
              ntohs(v6.sin6_port)};
    }
    return {base::IpAddress::v6(bytes), ntohs(v6.sin6_port)};
  }
  return {};
}

std::optional<base::Address> SocketAddress::address() const {
  if (family() == AF_INET || family() == AF_INET6) return base::Address(endpoint());
  if (family() != AF_UNIX) return std::nullopt;
  const auto filled = copy_as<sockaddr_un>(storage_);
  const std::size_t room = sizeof filled.sun_path;
  const std::size_t size = size_ - std::min<std::size_t>(size_, offsetof(sockaddr_un, sun_path));
  std::string path(filled.sun_path, std::min(size, room));
  // unix(7): an abstract name begins with a NUL and ends with the size; a path ends with a NUL or
  // the size; an unnamed socket has neither.
  const bool is_abstract = !path.empty() && path.front() == '\0';
  if (is_abstract) path.front() = '@';
  if (!is_abstract) path.resize(std::min(path.size(), path.find('\0')));
  return base::Address::unix_socket(path.empty() ? "@" : std::move(path));
}

}  // namespace mastic::net
