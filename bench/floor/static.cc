// The floor of static files: answers every request with one file. Usage: PROGRAM PORT FILE
//
// A file of up to 64 KiB is sent from memory together with its header, in one call. For a larger
// file the header waits in the kernel (TCP_CORK) for the first bytes of sendfile. Bytes that a
// client does not take at once are sent when the socket is writable again.

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "bench/floor/floor.h"

using namespace floor_program;

namespace {

constexpr size_t kMaxInMemory = 64 * 1024;

struct File {
  int fd;
  std::string header;  // and the content, if it is kept in memory
  size_t content_bytes = 0;
};

File open_file(const char* path) {
  File file{.fd = check(open(path, O_RDONLY | O_CLOEXEC), path), .header = {}};
  struct stat status{};
  check(fstat(file.fd, &status), path);
  const auto bytes = static_cast<size_t>(status.st_size);
  file.header =
      "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 20:00:00 GMT\r\n"
      "Content-Length: " +
      std::to_string(bytes) +
      "\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Last-Modified: Sat, 21 Nov 2026 20:00:00 GMT\r\nETag: \"0123456789abcdef\"\r\n"
      "Accept-Ranges: bytes\r\n\r\n";
  if (bytes > kMaxInMemory) {
    file.content_bytes = bytes;
    return file;
  }
  const size_t at = file.header.size();
  file.header.resize(at + bytes);
  check(static_cast<int>(pread(file.fd, file.header.data() + at, bytes, 0)), path);
  return file;
}

/// While `on`, the kernel sends full segments only, so header and file share the first one.
void cork(int fd, int on) { setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

/// Sends from byte `sent` of the answer as much as the client takes, and advances `sent`. Returns
/// false when the connection has failed.
bool send_on(int fd, const File& file, size_t& sent) {
  if (sent == 0 && file.content_bytes > 0) cork(fd, 1);
  if (sent < file.header.size()) {
    const ssize_t count =
        send(fd, file.header.data() + sent, file.header.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    sent += static_cast<size_t>(count);
  }
  const size_t all = file.header.size() + file.content_bytes;
  if (sent >= file.header.size() && sent < all) {
    auto offset = static_cast<off_t>(sent - file.header.size());
    const ssize_t count = sendfile(fd, file.fd, &offset, all - sent);
    if (count < 0) return errno == EAGAIN;
    sent += static_cast<size_t>(count);
    if (sent == all) cork(fd, 0);
  }
  return true;
}

void wait_for(int epoll, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  check(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // because sendfile has no MSG_NOSIGNAL
  const int listener = listen_on(port_of(std::min(argc, 2), argv));
  const File file = open_file(argc > 2 ? argv[2] : "");
  const size_t all = file.header.size() + file.content_bytes;
  const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener, EPOLLIN);
  std::vector<size_t> unfinished(65536);  // by descriptor: bytes sent of an unfinished answer, or 0
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
      size_t sent = unfinished[static_cast<size_t>(fd)];
      const bool waited = (events[i].events & EPOLLOUT) != 0;
      if ((!waited && recv(fd, buffer, sizeof buffer, 0) <= 0) || !send_on(fd, file, sent)) {
        unfinished[static_cast<size_t>(fd)] = 0;
        close(fd);
        continue;
      }
      if (waited != (sent < all)) wait_for(epoll, fd, waited ? EPOLLIN | EPOLLRDHUP : EPOLLOUT);
      unfinished[static_cast<size_t>(fd)] = sent < all ? sent : 0;
    }
  }
}
