// The idle floor: accepts connections, watches for their end and stores nothing for them.
//
// It reads and answers nothing. So any growth of its process with idle connections is the error of
// the measurement, which does not include the memory that the kernel keeps for a connection.

#include "bench/floor/floor.h"

using namespace floor_program;

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  epoll_event events[512];
  for (;;) {
    const int ready = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener, epoll);
      } else if ((events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        close(fd);
      }
    }
  }
}
