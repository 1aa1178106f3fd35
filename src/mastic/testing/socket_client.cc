#include "mastic/testing/socket_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "mastic/base/result.h"
#include "mastic/net/bound_socket.h"
#include "mastic/net/socket_address.h"

namespace mastic::testing {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};  // so that a failing test ends

}  // namespace

SocketClient::SocketClient(const base::Address& address, Kind kind) {
  base::Kernel& kernel = base::system_kernel();
  net::SocketAddress where(address);
  const int type = kind == Kind::Stream ? SOCK_STREAM : SOCK_DGRAM;
  socket_ = base::Descriptor(kernel, kernel.socket(where.family(), type | SOCK_CLOEXEC, 0));
  kernel.setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  kernel.setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  // Without a name of its own, a Unix datagram socket could not be sent an answer.
  if (kind == Kind::Datagrams && address.is_unix()) {
    if (const int bound = net::bind_to_any_name(kernel, socket_.fd()); bound < 0) {
      throw std::runtime_error("cannot name a socket: " + base::describe_number(-bound));
    }
  }
  int connected = -EINTR;
  while (connected == -EINTR) {  // after a signal: Linux continues the same attempt
    connected = kernel.connect(socket_.fd(), where.data(), *where.size());
  }
  if (connected < 0) {
    throw std::runtime_error("cannot connect to " + address.to_string() + ": " +
                             base::describe_number(-connected));
  }
}

void SocketClient::send(std::string_view bytes) {
  do {  // once at least: an empty datagram is sent, too
    const ssize_t sent =
        socket_.kernel().send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == -EINTR) continue;
    if (sent < 0) return;  // the server has closed the connection; the test reads what it has sent
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  } while (!bytes.empty());
}

std::string SocketClient::receive() {
  std::array<char, 65536> buffer;
  ssize_t got = -EINTR;
  while (got == -EINTR) {
    got = socket_.kernel().read(socket_.fd(), buffer.data(), buffer.size());
  }
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::string SocketClient::line() {
  std::size_t searched = 0;  // bytes of unread_ that have no line feed
  while (true) {
    const std::size_t end = unread_.find('\n', searched);
    if (end != unread_.npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    searched = unread_.size();
    const std::string more = ended_ ? std::string() : receive();
    ended_ = more.empty();
    if (ended_) return std::exchange(unread_, {});
    unread_ += more;
  }
}

std::string SocketClient::ask(std::string_view text) {
  send(std::string(text) + '\n');
  return line();
}

std::string SocketClient::datagram() { return receive(); }

// The end can only be seen by receiving, so bytes that come instead of the end are kept for the
// next call.
bool SocketClient::has_ended() {
  if (unread_.empty() && !ended_) {
    unread_ = receive();
    ended_ = unread_.empty();
  }
  return unread_.empty();
}

void SocketClient::shut_write() { socket_.kernel().shutdown(socket_.fd(), SHUT_WR); }

void SocketClient::reset() {
  // Closing with a linger time of zero drops unsent bytes and sends RST instead of FIN.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  socket_.kernel().setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

}  // namespace mastic::testing
