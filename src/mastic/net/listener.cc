#include "mastic/net/listener.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "mastic/net/hang_up.h"
#include "mastic/net/inherited_socket.h"
#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

using std::chrono::milliseconds;

constexpr int kBacklog = 4096;   // the kernel lowers it to net.core.somaxconn
constexpr int kMaxPerTurn = 64;  // connections accepted by one loop
constexpr base::Duration kFirstRest = milliseconds(5);
constexpr base::Duration kLongestRest = milliseconds(1000);

/// Whether the error `number` belongs to the connection that was to be accepted (accept(2)): then
/// the next call may succeed at once.
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
                                      const SocketAccess& access) {
  if (address.is_inherited()) {
    auto inherited = take_inherited(kernel, address);
    if (!inherited) return std::unexpected(inherited.error());
    return Listener(*std::move(inherited), {}, true);
  }
  if (address.is_unix()) return open_unix(kernel, address, access);
  auto bound = bind_socket(kernel, address, SOCK_STREAM);
  if (!bound) return std::unexpected(bound.error());
  return finish(*std::move(bound), {});
}

base::Result<Listener> Listener::open_unix(base::Kernel& kernel, const base::Address& address,
                                           const SocketAccess& access) {
  // Until listen() has been called, the socket looks as if a dead process had left it. The lock
  // keeps other processes from replacing the socket in the meantime.
  SocketFileLock lock;
  if (const int taken = lock.take(kernel, address.path()); taken < 0) {
    return cannot_listen(taken, address);
  }
  auto bound = bind_socket(kernel, address, SOCK_STREAM);
  if (!bound) return std::unexpected(bound.error());
  SocketFile file(kernel, address.path());
  if (const int given = file.give_to(access); given < 0) return cannot_listen(given, address);
  return finish(*std::move(bound), std::move(file));
}

base::Result<Listener> Listener::finish(BoundSocket socket, SocketFile file) {
  const int result = socket.descriptor.kernel().listen(socket.descriptor.fd(), kBacklog);
  if (result < 0) return cannot_listen(result, socket.address);
  return Listener(std::move(socket), std::move(file));
}

/// The file is removed first, while the socket still listens, so that no other process can have
/// replaced the file (SocketFile::remove). Then the socket is shut down, because a child may keep
/// it open.
void Listener::close() {
  file_.remove();
  if (descriptor_.is_open() && !is_inherited_) hang_up(descriptor_.kernel(), descriptor_.fd());
  descriptor_.reset();
}

// ---- Acceptor ----

Acceptor::Acceptor(loop::Loop& loop, const Listener& listener, AcceptorOwner& owner)
    : Source(listener.fd()), loop_(loop), owner_(owner), next_rest_(kFirstRest) {}

base::Result<void> Acceptor::start() {
  if (is_watched()) return {};
  return loop_.watch_shared(*this);
}

void Acceptor::pause() {
  disarm();
  loop_.unwatch(*this);
}

void Acceptor::close() {
  pause();
  fd_ = -1;
}

/// Accepts a limited number, so that a burst of clients does not keep the loop from its
/// connections.
void Acceptor::ready(loop::Readiness) noexcept {
  for (int i = 0; i < kMaxPerTurn && is_watched(); ++i) {
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

std::string describe_accept_failure(int number, std::string_view option) {
  std::string text = "cannot accept connections for the moment: " + base::describe_number(number);
  if (number == EMFILE) {
    text += "; raise the limit of this process (ulimit -n), or lower " + std::string(option);
  } else if (number == ENFILE) {
    text += "; raise the limit of the system (sysctl fs.file-max), or lower " + std::string(option);
  }
  return text;
}

}  // namespace mastic::net
