// The floor of a topic: a frame of any client is sent to all clients, from one buffer, in a loop.

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "bench/floor/websocket_floor.h"

using namespace floor_program;

namespace {

/// The frame of `received` as a server sends it, made once for all clients; empty when it is
/// incomplete.
std::string prepared(Received& received) {
  const MaskedFrame frame = first_frame(received);
  if (frame.mask == nullptr || frame.size >= 126) return {};
  std::string text = "\x81";
  text += static_cast<char>(frame.size);
  for (std::size_t at = 0; at < frame.size; ++at) {
    text += static_cast<char>(frame.mask[4 + at] ^ frame.mask[at % 4]);
  }
  return text;
}

struct Topic {
  std::vector<bool> is_open;     ///< by descriptors
  std::vector<int> subscribers;  ///< their descriptors

  void left(int fd) {
    is_open[static_cast<std::size_t>(fd)] = false;
    std::erase(subscribers, fd);
    close(fd);
  }

  void serve(int fd) {
    static Received received;
    const ssize_t size = recv(fd, received.bytes, sizeof received.bytes, 0);
    if (size <= 0) return left(fd);
    if (!is_open.at(static_cast<std::size_t>(fd))) {
      is_open[static_cast<std::size_t>(fd)] = true;
      subscribers.push_back(fd);
      return send_all(fd, kUpgraded.data(), kUpgraded.size());
    }
    received.size = static_cast<std::size_t>(size);
    const std::string frame = prepared(received);
    for (const int each : subscribers) send_all(each, frame.data(), frame.size());
  }
};

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  Topic topic{std::vector<bool>(65536), {}};
  epoll_event events[512];
  for (;;) {
    const int ready = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener, epoll);
      } else {
        topic.serve(fd);
      }
    }
  }
}
