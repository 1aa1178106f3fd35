// Measures what a server spends on many event streams: opens them, reads what comes for a time, and
// prints one JSON object. Ends with 1 when a stream ends or is refused.
//
// Usage: subscribers PORT PATH STREAMS SECONDS SERVER_PROCESS
//
//     {"streams": 10000, "seconds": 10, "events": 100000, "core_percent": 7.1, "cpu_us": 7.1}
//
// An event is counted by its empty line, so comments are not counted.

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mastic/load/cpu_clock.h"

namespace {

using Clock = std::chrono::steady_clock;
using mastic::load::clock_of;
using mastic::load::cpu_seconds;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "subscribers: %s (%s)\n", what, std::strerror(errno));
  std::exit(1);
}

int connect_to(const sockaddr_in& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) < 0) {
    fail("connect");
  }
  return fd;
}

struct Stream {
  int fd = -1;
  bool has_head = false;
  bool line_is_empty = false;  ///< what has arrived ends with a line break
};

class Streams {
 public:
  Streams(std::uint16_t port, const std::string& path, int count) : epoll_(epoll_create1(0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n";
    streams_.resize(static_cast<std::size_t>(count));
    for (Stream& stream : streams_) {
      stream.fd = connect_to(server);
      if (send(stream.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &stream;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, stream.fd, &event) < 0) fail("epoll_ctl");
      read_once(0);
    }
    while (heads_ < streams_.size()) read_once(1000);
  }

  /// Reads for a time and returns how many events came.
  std::uint64_t read_for(std::chrono::duration<double> time) {
    const std::uint64_t before = events_;
    const auto end = Clock::now() + time;
    while (Clock::now() < end) read_once(10);
    return events_ - before;
  }

 private:
  void read_once(int milliseconds) {
    epoll_event ready[512];
    const int count = epoll_wait(epoll_, ready, 512, milliseconds);
    for (int i = 0; i < count; ++i) read(*static_cast<Stream*>(ready[i].data.ptr));
  }

  void read(Stream& stream) {
    char buffer[16 << 10];
    const ssize_t got = recv(stream.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0) fail("the server ended a stream");
    std::string_view bytes(buffer, static_cast<std::size_t>(got));
    if (!stream.has_head) {
      if (!bytes.starts_with("HTTP/1.1 200")) fail("the server refused a stream");
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) fail("a head came in pieces");
      bytes.remove_prefix(end + 4);
      stream.has_head = true;
      ++heads_;
    }
    for (const char c : bytes) {
      if (c == '\n' && stream.line_is_empty) ++events_;
      stream.line_is_empty = c == '\n';
    }
  }

  const int epoll_;
  std::vector<Stream> streams_;
  std::size_t heads_ = 0;
  std::uint64_t events_ = 0;
};

int number(const char* text) { return std::atoi(text); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) fail("usage: subscribers PORT PATH STREAMS SECONDS SERVER_PROCESS");
  const int count = number(argv[3]);
  const double seconds = number(argv[4]);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  Streams streams(static_cast<std::uint16_t>(number(argv[1])), argv[2], count);
  streams.read_for(std::chrono::seconds(2));
  const clockid_t server = clock_of(number(argv[5]));
  const double before = cpu_seconds(server).value_or(0);
  const std::uint64_t events = streams.read_for(std::chrono::duration<double>(seconds));
  const double spent = cpu_seconds(server).value_or(0) - before;
  std::printf(
      R"({"streams": %d, "seconds": %.0f, "events": %llu, "core_percent": %.2f, "cpu_us": %.2f})"
      "\n",
      count, seconds, static_cast<unsigned long long>(events), 100 * spent / seconds,
      events > 0 ? 1e6 * spent / static_cast<double>(events) : 0.0);
  return 0;
}
