// The pipelined floor: counts the empty lines in the received bytes and sends as many answers at
// once.

#include <algorithm>
#include <string>

#include "bench/floor/floor.h"

using namespace floor_program;

namespace {

constexpr int kMaxAnswers = 256;

int count_requests(std::string_view bytes) {
  int count = 0;
  for (size_t at = bytes.find("\r\n\r\n"); at != bytes.npos; at = bytes.find("\r\n\r\n", at + 4)) {
    ++count;
  }
  return std::min(count, kMaxAnswers);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(port_of(argc, argv));
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  std::string answers;
  for (int i = 0; i < kMaxAnswers; ++i) answers += kAnswer;
  static char buffer[16384];
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
      const auto count =
          static_cast<size_t>(count_requests({buffer, static_cast<size_t>(received)}));
      if (send(fd, answers.data(), count * kAnswer.size(), MSG_NOSIGNAL) < 0) close(fd);
    }
  }
}
