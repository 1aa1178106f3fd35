#include "mastic/net/datagram_socket.h"

#include <sys/socket.h>

namespace mastic::net {
namespace {

/// Discards datagrams that arrived before the file's mode was set, while only the umask decided who
/// may send. The mode cannot be set before the socket is bound, and datagrams, unlike connections,
/// need no listen().
void throw_away_what_came(base::Kernel& kernel, int fd) {
  constexpr int kMaxWaiting = 10'000;  // far beyond net.unix.max_dgram_qlen
  char byte = 0;
  for (int i = 0; i < kMaxWaiting && kernel.recv(fd, &byte, 1, MSG_DONTWAIT) >= 0; ++i) {
  }
}

}  // namespace

base::Result<DatagramSocket> DatagramSocket::open(base::Kernel& kernel,
                                                  const base::Address& address,
                                                  const SocketAccess& access) {
  SocketFileLock lock;
  if (address.is_unix()) {
    if (const int taken = lock.take(kernel, address.path()); taken < 0) {
      return cannot_listen(taken, address);
    }
  }
  auto bound = bind_socket(kernel, address, SOCK_DGRAM);
  if (!bound) return std::unexpected(bound.error());
  SocketFile file;
  if (address.is_unix()) {
    file = SocketFile(kernel, address.path());
    if (const int given = file.give_to(access); given < 0) return cannot_listen(given, address);
    throw_away_what_came(kernel, bound->descriptor.fd());
  }
  return DatagramSocket(*std::move(bound), std::move(file));
}

}  // namespace mastic::net
