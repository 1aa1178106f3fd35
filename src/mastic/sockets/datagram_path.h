// The way a datagram came, so that its answer takes it back.

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

/// Room for what the kernel says of a datagram beside its bytes, and is told of an answer.
struct alignas(std::size_t) ControlRoom {
  std::array<char, 64> bytes;
};

/// From whom a datagram came, and to which address of this machine.
///
/// A socket that is bound to every address has answers leave from the one that the route back
/// prefers; a peer that asked another takes them for a stranger's, and drops them. So the kernel is
/// asked where each datagram arrived (IP_PKTINFO in ip(7); RFC 3542 section 6 for IPv6), and told so
/// of its answer.
struct DatagramPath {
  int socket = -1;
  net::SocketAddress peer;
  base::IpAddress local;   ///< none when the socket has one address, or it was no single machine's
  unsigned interface = 0;  ///< where `local` is known on this one only (link-local addresses)

  /// The path of the Unix socket that it came from, as Datagram::peer_path has it.
  [[nodiscard]] std::string peer_path() const;
  /// Who sent it, for the log: "127.0.0.1:4000", the path of a Unix socket, or "unix" for one without.
  [[nodiscard]] std::string peer_text() const;
  /// Has the kernel tell of datagrams on `socket`, which is bound to `address`, when that is every
  /// one.
  static void ask_for_local(base::Kernel& kernel, int socket, const base::Address& address);
  /// Takes `local` from what came with a datagram.
  void read_local(const msghdr& received);
  /// Puts it into `answer`; `room` has to live as long as that.
  void write_local(msghdr& answer, ControlRoom& room) const;
};

}  // namespace mastic::sockets
