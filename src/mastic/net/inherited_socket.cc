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

constexpr int kFirstOwn = 3;  // above the standard streams, which may be closed

std::unexpected<base::Error> is_none(const base::Address& address, std::string_view what) {
  return base::fail("cannot listen on ", address.to_string(), ": ", what);
}

/// A socket option that is a number, or -errno.
int option(base::Kernel& kernel, int fd, int name) {
  int value = 0;
  unsigned size = sizeof value;
  const int result = kernel.getsockopt(fd, SOL_SOCKET, name, &value, &size);
  return result < 0 ? result : value;
}

/// Whether a server can accept from it; if not, what it is.
base::Result<void> check(base::Kernel& kernel, const base::Address& address) {
  const int fd = address.descriptor();
  const int type = option(kernel, fd, SO_TYPE);
  if (type == -EBADF) {
    return is_none(address,
                   "no such descriptor is open; whoever starts this program has to pass the "
                   "socket on, as systemd passes the first of a unit on as fd:3");
  }
  if (type == -ENOTSOCK) return is_none(address, "it is another file, not a socket");
  if (type < 0) return cannot_listen(type, address);
  if (type != SOCK_STREAM) return is_none(address, "it is a socket, but not one for streams");
  const int listens = option(kernel, fd, SO_ACCEPTCONN);
  if (listens < 0) return cannot_listen(listens, address);
  if (listens == 0) {
    return is_none(address,
                   "it is a socket that does not listen; whoever passes it on has to have it "
                   "listen, and systemd must not accept for it (Accept=no)");
  }
  return {};
}

/// A descriptor of its own, which does not block; the other one is not passed on.
base::Result<base::Descriptor> duplicate(base::Kernel& kernel, const base::Address& address) {
  const int fd = address.descriptor();
  if (const int kept = kernel.fcntl(fd, F_SETFD, FD_CLOEXEC); kept < 0) {
    return cannot_listen(kept, address);
  }
  const int own = kernel.fcntl(fd, F_DUPFD_CLOEXEC, kFirstOwn);
  if (own < 0) return cannot_listen(own, address);
  base::Descriptor descriptor(kernel, own);
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
  if (!bound) return is_none(address, "it is a socket of another kind than TCP and Unix sockets");
  auto descriptor = duplicate(kernel, address);
  if (!descriptor) return std::unexpected(descriptor.error());
  const int on = 1;  // inherited by what it accepts; a Unix socket refuses, and needs it not
  (void)kernel.setsockopt(descriptor->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return BoundSocket{*std::move(descriptor), *bound};
}

}  // namespace mastic::net
