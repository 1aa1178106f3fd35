// The two ends of a datagram, so that a reply goes back between the same addresses.

#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "mastic/base/address.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/kernel.h"
#include "mastic/net/socket_address.h"

struct msghdr;

namespace mastic::sockets {

/// A buffer for the control message of a datagram or a reply (cmsg(3)).
struct alignas(std::size_t) ControlRoom {
  std::array<char, 64> bytes;
};

/// The sender of a datagram and the local address at which it arrived.
///
/// If a socket is bound to the wildcard address, the kernel sends replies from the address that the
/// route prefers. A peer that sent to another address of this machine does not recognize such a
/// reply and drops it. So the kernel is asked for the local address of each datagram (IP_PKTINFO in
/// ip(7); RFC 3542 section 6 for IPv6), and a reply is sent from that address.
struct DatagramPath {
  int socket = -1;
  net::SocketAddress peer;
  /// The local address; none if the socket is bound to one address, or for multicast over IPv6.
  base::IpAddress local;
  unsigned interface = 0;  ///< the interface of `local`, for link-local addresses

  /// The path of the Unix socket that sent the datagram, as Datagram::peer_path gives it.
  [[nodiscard]] std::string peer_path() const;
  /// The sender as text for the log: "127.0.0.1:4000", the path of a Unix socket, or "unix" if the
  /// socket has no path.
  [[nodiscard]] std::string peer_text() const;
  /// Asks the kernel for the local address of each datagram on `socket`, if `address`, to which the
  /// socket is bound, is the wildcard address.
  static void ask_for_local(base::Kernel& kernel, int socket, const base::Address& address);
  /// Sets `local` from the control message of a received datagram.
  void read_local(const msghdr& received);
  /// Adds `local` to `answer` as a control message. Requires: `room` lives as long as `answer`.
  void write_local(msghdr& answer, ControlRoom& room) const;
};

}  // namespace mastic::sockets
