// Shared by the floor programs: a listening socket and one fixed answer.
//
// A floor program is the smallest program that answers HTTP requests: no parser, no router, no
// limits. Benchmarks report Mastic as a ratio to a floor of the same run. Usage of each: PROGRAM
// PORT. It has one thread; pin it with taskset.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace floor_program {

/// Has as many bytes as the answer of examples/01-hello to `GET /`.
inline constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sat, 21 Nov 2026 20:00:00 GMT\r\n"
    "Content-Length: 14\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "\r\n"
    "Hello, world!\n";

inline int check(int result, const char* what) {
  if (result < 0) {
    std::perror(what);
    std::exit(1);
  }
  return result;
}

inline int listen_on(int port) {
  const int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  check(listen(fd, 4096), "listen");
  return fd;
}

inline void watch(int epoll, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

inline void accept_all(int listener, int epoll) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    watch(epoll, fd, EPOLLIN | EPOLLRDHUP);
  }
}

inline int port_of(int argc, char** argv) {
  if (argc == 2) return std::atoi(argv[1]);
  std::fprintf(stderr, "usage: %s PORT\n", argv[0]);
  std::exit(2);
}

}  // namespace floor_program
