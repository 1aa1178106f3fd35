#include "apps/mastic/load/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace mastic::load {

base::Result<std::vector<SocketAddress>> resolve(const Target& target) {
  std::vector<SocketAddress> found;
  if (!target.unix_path.empty()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    target.unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::memcpy(&found.emplace_back().storage, &address, sizeof address);
    found.back().size = sizeof address;
    return found;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &first);
  if (error != 0) {
    return base::fail("the host '", target.host, "' is not known: ", gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(first, freeaddrinfo);
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    std::memcpy(&found.emplace_back().storage, each->ai_addr, each->ai_addrlen);
    found.back().size = each->ai_addrlen;
  }
  return found;
}

base::Result<int> begin_connect(const SocketAddress& server) {
  const int fd = socket(server.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return base::fail_with_number(errno, "socket");
  if (server.storage.ss_family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  const auto* const address = reinterpret_cast<const sockaddr*>(&server.storage);
  if (connect(fd, address, server.size) < 0 && errno != EINPROGRESS) {
    const int error = errno;
    close(fd);
    return base::fail_with_number(error, "connect");
  }
  return fd;
}

base::Result<int> connect_within(const SocketAddress& server, base::Duration timeout) {
  const auto fd = begin_connect(server);
  if (!fd) return fd;
  const int error = wait_for(*fd, true, timeout) ? connect_error(*fd) : ETIMEDOUT;
  if (error == 0) return fd;
  close(*fd);
  return base::fail_with_number(error, "connect");
}

int connect_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
  return error;
}

bool wait_for(int fd, bool also_writable, base::Duration timeout) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  pollfd ready{fd, POLLIN, 0};
  if (also_writable) ready.events |= POLLOUT;
  return poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 1 << 30))) > 0;
}

void close_with_reset(int fd) {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
}

std::size_t raise_descriptor_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return SIZE_MAX;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

std::string too_many_connections(std::size_t connections, std::size_t limit) {
  return std::to_string(connections) + " connections need more files than this process may open (" +
         std::to_string(limit) + "): raise the limit with `ulimit -n " +
         std::to_string(connections + 32) + "`, or use fewer --connections";
}

}  // namespace mastic::load
