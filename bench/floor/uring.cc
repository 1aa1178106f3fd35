// The io_uring floor: all operations are in flight on the ring, with one system call per turn.
//
// Accepting and receiving are multishot, bytes arrive in a ring of buffers that all connections
// share, and a send that succeeds reports nothing. The ring belongs to this thread (SINGLE_ISSUER,
// DEFER_TASKRUN). Mastic cannot use it like this, because its loops change threads; the difference
// between this floor and `hybrid` is what that costs.

#include <liburing.h>
#include <sys/mman.h>

#include "bench/floor/floor.h"

using namespace floor_program;

namespace {

constexpr unsigned kEntries = 1024;
constexpr unsigned kBuffers = 256;
constexpr unsigned kBufferBytes = 4096;
// The user data of an operation: kAccept, or the descriptor, to which a send adds kSend.
constexpr uint64_t kAccept = ~uint64_t{0};
constexpr uint64_t kSend = uint64_t{1} << 32;

char buffers[kBuffers][kBufferBytes];

io_uring_sqe* next_entry(io_uring& ring) {
  io_uring_sqe* entry = io_uring_get_sqe(&ring);
  if (entry != nullptr) return entry;
  io_uring_submit(&ring);
  return io_uring_get_sqe(&ring);
}

void accept_on(io_uring& ring, int listener) {
  io_uring_sqe* entry = next_entry(ring);
  io_uring_prep_multishot_accept(entry, listener, nullptr, nullptr, SOCK_CLOEXEC);
  entry->user_data = kAccept;
}

void receive_on(io_uring& ring, int fd) {
  io_uring_sqe* entry = next_entry(ring);
  io_uring_prep_recv_multishot(entry, fd, nullptr, 0, 0);
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = 0;
  entry->user_data = static_cast<unsigned>(fd);
}

void answer_on(io_uring& ring, int fd) {
  io_uring_sqe* entry = next_entry(ring);
  io_uring_prep_send(entry, fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
  entry->user_data = kSend | static_cast<unsigned>(fd);
}

io_uring_buf_ring* provide_buffers(io_uring& ring) {
  void* memory = mmap(nullptr, kBuffers * sizeof(io_uring_buf), PROT_READ | PROT_WRITE,
                      MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (memory == MAP_FAILED) check(-1, "mmap");
  auto* provided = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uint64_t>(memory);
  registration.ring_entries = kBuffers;
  check(io_uring_register_buf_ring(&ring, &registration, 0), "io_uring_register_buf_ring");
  io_uring_buf_ring_init(provided);
  for (unsigned short id = 0; id < kBuffers; ++id) {
    io_uring_buf_ring_add(provided, buffers[id], kBufferBytes, id, io_uring_buf_ring_mask(kBuffers),
                          id);
  }
  io_uring_buf_ring_advance(provided, kBuffers);
  return provided;
}

void received(io_uring& ring, io_uring_buf_ring* provided, const io_uring_cqe& completion) {
  const int fd = static_cast<int>(completion.user_data);
  if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
    const auto id = static_cast<unsigned short>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
    io_uring_buf_ring_add(provided, buffers[id], kBufferBytes, id, io_uring_buf_ring_mask(kBuffers),
                          0);
    io_uring_buf_ring_advance(provided, 1);
  }
  if (completion.res > 0) answer_on(ring, fd);
  // A multishot receive that has ended, for example because no buffer was left, is started again.
  if ((completion.flags & IORING_CQE_F_MORE) != 0) return;
  if (completion.res > 0 || completion.res == -ENOBUFS) {
    receive_on(ring, fd);
  } else {
    close(fd);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
  params.cq_entries = 16 * kEntries;
  io_uring ring;
  check(io_uring_queue_init_params(kEntries, &ring, &params), "io_uring_queue_init");
  io_uring_buf_ring* provided = provide_buffers(ring);
  accept_on(ring, listener);
  for (;;) {
    io_uring_submit_and_wait(&ring, 1);
    io_uring_cqe* completion;
    unsigned head;
    unsigned seen = 0;
    io_uring_for_each_cqe(&ring, head, completion) {
      ++seen;
      if ((completion->user_data & kSend) == 0) {
        received(ring, provided, *completion);
      } else if (completion->user_data == kAccept) {
        if (completion->res >= 0) receive_on(ring, completion->res);
        if ((completion->flags & IORING_CQE_F_MORE) == 0) accept_on(ring, listener);
      }
    }
    io_uring_cq_advance(&ring, seen);
  }
}
