#include "mastic/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

using std::chrono::milliseconds;

constexpr int kBacklog = 4096;
constexpr int kMostPerTurn = 64;
constexpr base::Duration kFirstRest = milliseconds(5);
constexpr base::Duration kLongestRest = milliseconds(1000);

std::string_view remedy(int number, const base::Address& address) {
  switch (number) {
    case EADDRINUSE:
      if (address.is_unix()) {
        return "; a program listens there, or it is another file: choose another path with --bind";
      }
      return "; stop the program that has it, or choose another address with --bind";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has that address";
    case EACCES:
      return address.is_unix() ? "; the directory has to be writable"
                               : "; ports below 1024 want root or CAP_NET_BIND_SERVICE";
    case ENOENT:
      return "; the directory has to be there";
    default:
      return "";
  }
}

std::unexpected<base::Error> cannot_listen(int result, const base::Address& address) {
  auto error = base::fail_with_number(-result, "cannot listen on " + address.to_string());
  error.error().message += remedy(-result, address);
  return error;
}

void set_flag(base::Kernel& kernel, int fd, int level, int name) {
  const int on = 1;
  kernel.setsockopt(fd, level, name, &on, sizeof on);
}

/// Whether a Unix socket stands there on which nobody listens any more. Any other file is not ours.
bool is_left_behind(base::Kernel& kernel, const base::Address& address, SocketAddress& where) {
  struct stat status{};
  const int looked = kernel.fstatat(AT_FDCWD, address.path().c_str(), status, AT_SYMLINK_NOFOLLOW);
  if (looked < 0 || !S_ISSOCK(status.st_mode)) return false;
  const int fd = kernel.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const base::Descriptor probe(kernel, fd);
  return kernel.connect(fd, where.data(), *where.size()) == -ECONNREFUSED;
}

int bind_socket(base::Kernel& kernel, int fd, const base::Address& address) {
  SocketAddress where(address);
  const int bound = kernel.bind(fd, where.data(), *where.size());
  if (bound != -EADDRINUSE || !address.is_unix() || !is_left_behind(kernel, address, where)) {
    return bound;
  }
  kernel.unlink(address.path().c_str());
  return kernel.bind(fd, where.data(), *where.size());
}

/// Errors of one connection, which the next call knows nothing of.
bool concerns_one_connection(int number) {
  switch (number) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

// ---- Listener ----

base::Result<Listener> Listener::open(base::Kernel& kernel, const base::Address& address,
                                      std::optional<unsigned> mode) {
  const int family = SocketAddress(address).family();
  const int fd = kernel.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(fd, address);
  base::Descriptor descriptor(kernel, fd);
  if (!address.is_unix()) {
    set_flag(kernel, fd, SOL_SOCKET, SO_REUSEADDR);
    set_flag(kernel, fd, IPPROTO_TCP, TCP_NODELAY);  // inherited by what it accepts
    if (family == AF_INET6) set_flag(kernel, fd, IPPROTO_IPV6, IPV6_V6ONLY);
  }
  if (const int bound = bind_socket(kernel, fd, address); bound < 0) {
    return cannot_listen(bound, address);
  }
  if (mode && address.is_unix()) {
    if (const int changed = kernel.chmod(address.path().c_str(), *mode); changed < 0) {
      kernel.unlink(address.path().c_str());
      return cannot_listen(changed, address);
    }
  }
  if (const int listening = kernel.listen(fd, kBacklog); listening < 0) {
    return cannot_listen(listening, address);
  }

  SocketAddress actual;
  const bool known =
      !address.is_unix() && kernel.getsockname(fd, actual.data(), actual.size()) == 0;
  return Listener(std::move(descriptor), known ? base::Address(actual.endpoint()) : address);
}

void Listener::close() {
  if (descriptor_.is_open() && address_.is_unix())
    descriptor_.kernel().unlink(address_.path().c_str());
  descriptor_.reset();
}

// ---- Acceptor ----

Acceptor::Acceptor(loop::Loop& loop, const Listener& listener, AcceptorOwner& owner)
    : Source(listener.fd()), loop_(loop), owner_(owner), next_rest_(kFirstRest) {}

base::Result<void> Acceptor::start() {
  if (watching_) return {};
  const auto watched = loop_.watch_shared(*this);
  watching_ = watched.has_value();
  return watched;
}

void Acceptor::pause() {
  disarm();
  if (std::exchange(watching_, false)) loop_.unwatch(*this);
}

void Acceptor::close() {
  pause();
  fd_ = -1;
}

void Acceptor::ready(loop::Readiness) noexcept {
  for (int i = 0; i < kMostPerTurn && watching_; ++i) {
    if (!accept_one()) return;
  }
}

void Acceptor::accept_waiting() noexcept {
  for (int i = 0; i < kBacklog && accept_one(); ++i) {
  }
}

bool Acceptor::accept_one() noexcept {
  if (!owner_.may_accept()) return false;
  SocketAddress peer;
  const int fd =
      loop_.kernel().accept4(fd_, peer.data(), peer.size(), SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    next_rest_ = kFirstRest;
    owner_.accepted(base::Descriptor(loop_.kernel(), fd), peer.endpoint());
    return true;
  }
  if (fd == -EAGAIN || fd == -EWOULDBLOCK) return false;
  if (concerns_one_connection(-fd)) return true;
  rest(-fd);
  return false;
}

void Acceptor::rest(int number) {
  pause();
  loop_.arm(*this, loop_.now() + next_rest_);
  next_rest_ = std::min(next_rest_ * 2, kLongestRest);
  owner_.accept_failed(number);
}

void Acceptor::expired() noexcept {
  if (!start()) rest(ENOMEM);
}

}  // namespace mastic::net
