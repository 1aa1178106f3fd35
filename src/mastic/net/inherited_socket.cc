#include "mastic/net/inherited_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

constexpr int kFirstOwn = 3;  // not one of the standard streams, which may be closed

std::unexpected<base::Error> is_none(const base::Address& address, std::string_view what) {
  return base::fail("cannot listen on ", address.to_string(), ": ", what);
}

/// The value of a socket option that is a number, or -errno.
int option(base::Kernel& kernel, int fd, int name) {
  int value = 0;
  unsigned size = sizeof value;
  const int result = kernel.getsockopt(fd, SOL_SOCKET, name, &value, &size);
  return result < 0 ? result : value;
}

/// Fails unless a server can accept from the descriptor. The error says what the descriptor is
/// instead.
base::Result<void> check(base::Kernel& kernel, const base::Address& address) {
  const int fd = address.descriptor();
  const int type = option(kernel, fd, SO_TYPE);
  if (type == -EBADF) {
    return is_none(address,
                   "no such descriptor is open; the program that starts this one has to pass the "
                   "socket, as systemd passes the first socket of a unit as fd:3");
  }
  if (type == -ENOTSOCK) return is_none(address, "the descriptor is not a socket");
  if (type < 0) return cannot_listen(type, address);
  if (type != SOCK_STREAM) return is_none(address, "the socket is not a stream socket");
  const int listens = option(kernel, fd, SO_ACCEPTCONN);
  if (listens < 0) return cannot_listen(listens, address);
  if (listens == 0) {
    return is_none(address,
                   "the socket does not listen; the program that passes it has to call listen(), "
                   "and a systemd socket unit needs Accept=no");
  }
  return {};
}

/// A non-blocking duplicate. The inherited descriptor is kept, but not passed on to children.
base::Result<base::Descriptor> duplicate(base::Kernel& kernel, const base::Address& address) {
  const int fd = address.descriptor();
  if (const int kept = kernel.fcntl(fd, F_SETFD, FD_CLOEXEC); kept < 0) {
    return cannot_listen(kept, address);
  }
  const int own = kernel.fcntl(fd, F_DUPFD_CLOEXEC, kFirstOwn);
  if (own < 0) return cannot_listen(own, address);
  base::Descriptor descriptor(kernel, own);
  // This flag belongs to the open file, not to the descriptor, so other processes see it too.
  const int flags = kernel.fcntl(own, F_GETFL, 0);
  const int set = flags < 0 ? flags : kernel.fcntl(own, F_SETFL, flags | O_NONBLOCK);
  if (set < 0) return cannot_listen(set, address);
  return descriptor;
}

}  // namespace

base::Result<BoundSocket> take_inherited(base::Kernel& kernel, const base::Address& address) {
  if (const auto fits = check(kernel, address); !fits) return std::unexpected(fits.error());
  SocketAddress actual;
  const int named = kernel.getsockname(address.descriptor(), actual.data(), actual.size());
  if (named < 0) return cannot_listen(named, address);
  const auto bound = actual.address();
  if (!bound) return is_none(address, "the socket is neither a TCP nor a Unix socket");
  auto descriptor = duplicate(kernel, address);
  if (!descriptor) return std::unexpected(descriptor.error());
  const int on = 1;  // accepted sockets inherit it; a Unix socket refuses it and does not need it
  (void)kernel.setsockopt(descriptor->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return BoundSocket{*std::move(descriptor), *bound};
}

}  // namespace mastic::net
