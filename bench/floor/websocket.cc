// The floor of a WebSocket that echoes: a frame is unmasked where it was received, and sent from
// there behind a head that takes the place of its mask.

#include <cerrno>
#include <memory>
#include <vector>

#include "bench/floor/websocket_floor.h"

using namespace floor_program;

namespace {

void unmask(char* payload, std::size_t size, const char* mask) {
  std::uint32_t key = 0;
  std::memcpy(&key, mask, 4);
  const std::uint64_t keys = std::uint64_t{key} << 32 | key;
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload + at, 8);
    word ^= keys;
    std::memcpy(payload + at, &word, 8);
  }
  for (; at < size; ++at) payload[at] ^= mask[at % 4];
}

void echo(int fd, MaskedFrame frame) {
  char* const payload = frame.mask + 4;
  unmask(payload, frame.size, frame.mask);
  const std::size_t head = frame.size < 126 ? 2 : 4;
  char* const begin = payload - head;
  begin[0] = static_cast<char>(0x81);
  begin[1] = static_cast<char>(frame.size < 126 ? frame.size : 126);
  if (head == 4) {
    begin[2] = static_cast<char>(frame.size >> 8);
    begin[3] = static_cast<char>(frame.size);
  }
  send_all(fd, begin, head + frame.size);
}

/// Returns whether the connection is still open.
bool serve(int fd, std::unique_ptr<Received>& received) {
  const bool is_open = received != nullptr;
  if (!is_open) received = std::make_unique<Received>();
  const ssize_t size =
      recv(fd, received->bytes + received->size, sizeof received->bytes - received->size, 0);
  if (size <= 0) return false;
  if (!is_open) {
    send_all(fd, kUpgraded.data(), kUpgraded.size());
    return true;
  }
  received->size += static_cast<std::size_t>(size);
  // A client waits for its echo before it sends again, so nothing follows a frame.
  if (const MaskedFrame frame = first_frame(*received); frame.mask != nullptr) {
    echo(fd, frame);
    received->size = 0;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  std::vector<std::unique_ptr<Received>> connections(1024);  // by their descriptors
  epoll_event events[512];
  for (;;) {
    const int ready = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener, epoll);
      } else if (!serve(fd, connections.at(static_cast<std::size_t>(fd)))) {
        connections[static_cast<std::size_t>(fd)].reset();
        close(fd);
      }
    }
  }
}
