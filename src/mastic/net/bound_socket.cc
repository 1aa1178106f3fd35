#include "mastic/net/bound_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/net/socket_address.h"
#include "mastic/net/socket_file.h"

namespace mastic::net {
namespace {

std::string unix_remedy(int number, const base::Address& address) {
  switch (number) {
    case EADDRINUSE:
      return "; a program listens there, or the file is not a socket: choose another path";
    case EACCES:
      return "; the directory must be writable, and so must " +
             SocketFileLock::path_for(address.path()) + " if another user has left it there";
    case EPERM:
      return "; only root may give it to another user, or to a group that this user is not in";
    case ENOENT:
      return "; the directory does not exist";
    case ENOLCK:
    case EOPNOTSUPP:
      return "; the file system does not support locks: choose a directory such as /run";
    default:
      return "";
  }
}

std::string_view remedy(int number) {
  switch (number) {
    case EADDRINUSE:
      return "; stop the program that uses it, or choose another address";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has that address";
    case EACCES:
      return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    default:
      return "";
  }
}

void set_flag(base::Kernel& kernel, int fd, int level, int name) {
  const int on = 1;
  kernel.setsockopt(fd, level, name, &on, sizeof on);
}

/// Whether the file at `address` is a Unix socket on which no process listens: connecting to it is
/// refused. Any other file is not ours and must not be removed.
bool is_left_behind(base::Kernel& kernel, const base::Address& address, SocketAddress& where) {
  struct stat status{};
  const int looked = kernel.fstatat(AT_FDCWD, address.path().c_str(), status, AT_SYMLINK_NOFOLLOW);
  if (looked < 0 || !S_ISSOCK(status.st_mode)) return false;
  const int fd = kernel.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const base::Descriptor probe(kernel, fd);
  return kernel.connect(fd, where.data(), *where.size()) == -ECONNREFUSED;
}

/// Binds `fd` to `address`. If the file of a Unix socket was left behind there, removes the file
/// and binds again. The caller's lock keeps another process from doing the same in between.
int bind_to(base::Kernel& kernel, int fd, const base::Address& address) {
  SocketAddress where(address);
  const int bound = kernel.bind(fd, where.data(), *where.size());
  if (bound != -EADDRINUSE || !address.is_unix() || !is_left_behind(kernel, address, where)) {
    return bound;
  }
  kernel.unlink(address.path().c_str());
  return kernel.bind(fd, where.data(), *where.size());
}

}  // namespace

std::unexpected<base::Error> cannot_listen(int result, const base::Address& address) {
  auto error = base::fail_with_number(-result, "cannot listen on " + address.to_string());
  error.error().message +=
      address.is_unix() ? unix_remedy(-result, address) : std::string(remedy(-result));
  return error;
}

int bind_to_any_name(base::Kernel& kernel, int fd) {
  const sockaddr family_alone{.sa_family = AF_UNIX, .sa_data = {}};  // see "autobind" in unix(7)
  return kernel.bind(fd, &family_alone, sizeof family_alone.sa_family);
}

base::Result<BoundSocket> bind_socket(base::Kernel& kernel, const base::Address& address,
                                      int type) {
  const int family = SocketAddress(address).family();
  const int fd = kernel.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(fd, address);
  base::Descriptor descriptor(kernel, fd);
  if (!address.is_unix()) {
    // A restarted server has to bind while connections of the previous server are in TIME_WAIT. UDP
    // has no such state; there the flag would let two servers bind the same port.
    if (type == SOCK_STREAM) {
      set_flag(kernel, fd, SOL_SOCKET, SO_REUSEADDR);
      set_flag(kernel, fd, IPPROTO_TCP, TCP_NODELAY);  // accepted sockets inherit it
    }
    // [::] must not take the IPv4 port too, which may be another address of this server.
    if (family == AF_INET6) set_flag(kernel, fd, IPPROTO_IPV6, IPV6_V6ONLY);
  }
  if (const int bound = bind_to(kernel, fd, address); bound < 0) {
    return cannot_listen(bound, address);
  }
  SocketAddress actual;
  const int named = address.is_unix() ? 0 : kernel.getsockname(fd, actual.data(), actual.size());
  if (named < 0 && address.endpoint().port == 0) {
    return cannot_listen(named, address);  // the port would be unknown
  }
  const bool known = !address.is_unix() && named == 0;
  return BoundSocket{std::move(descriptor), known ? base::Address(actual.endpoint()) : address};
}

}  // namespace mastic::net
