// The hybrid floor: readiness by epoll, transfer by io_uring in batches.
//
// One submit receives from every ready connection, one submit sends every answer. Each operation
// completes inside its submit (MSG_DONTWAIT), so nothing is in flight between turns and the ring
// needs no set-up flag that would bind it to a thread.

#include <liburing.h>

#include "bench/floor/floor.h"

using namespace floor_program;

namespace {

constexpr int kBatch = 64;
char buffers[kBatch][4096];

/// Submits `count` prepared operations and calls `each(fd, result)` for each result.
template <class Each>
void transfer(io_uring& ring, int count, Each each) {
  if (count == 0) return;
  io_uring_submit_and_wait(&ring, static_cast<unsigned>(count));
  io_uring_cqe* completion;
  unsigned head;
  unsigned seen = 0;
  io_uring_for_each_cqe(&ring, head, completion) {
    each(static_cast<int>(completion->user_data), completion->res);
    ++seen;
  }
  io_uring_cq_advance(&ring, seen);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  io_uring ring;
  check(io_uring_queue_init(kBatch, &ring, 0), "io_uring_queue_init");
  epoll_event events[kBatch];
  int answering[kBatch];
  for (;;) {
    const int ready = epoll_wait(epoll, events, kBatch, -1);
    int receiving = 0;
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener, epoll);
        continue;
      }
      io_uring_sqe* entry = io_uring_get_sqe(&ring);
      io_uring_prep_recv(entry, fd, buffers[receiving++], sizeof buffers[0], MSG_DONTWAIT);
      entry->user_data = static_cast<unsigned>(fd);
    }
    int answers = 0;
    transfer(ring, receiving, [&](int fd, int received) {
      if (received > 0) {
        answering[answers++] = fd;
      } else {
        close(fd);
      }
    });
    for (int i = 0; i < answers; ++i) {
      io_uring_sqe* entry = io_uring_get_sqe(&ring);
      io_uring_prep_send(entry, answering[i], kAnswer.data(), kAnswer.size(),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
      entry->user_data = static_cast<unsigned>(answering[i]);
    }
    transfer(ring, answers, [](int fd, int sent) {
      if (sent < 0) close(fd);
    });
  }
}
