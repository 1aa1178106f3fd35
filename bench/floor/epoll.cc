// The epoll floor: readiness by epoll, transfer by plain calls. A turn that serves B requests makes
// 2 + 1/B system calls for each.

#include "bench/floor/floor.h"

using namespace floor_program;

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  static char buffer[4096];
  epoll_event events[512];
  for (;;) {
    const int ready = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener, epoll);
        continue;
      }
      const ssize_t received = recv(fd, buffer, sizeof buffer, 0);
      if (received <= 0) {
        close(fd);
        continue;
      }
      if (send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) close(fd);
    }
  }
}
