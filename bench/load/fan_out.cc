#include "bench/load/fan_out.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "bench/load/cpu_clock.h"
#include "bench/load/websocket.h"

namespace load {

namespace {

using Clock = std::chrono::steady_clock;

class FanOut {
 public:
  FanOut(const Options& options, const Expected& expected)
      : options_(options), expected_(expected), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) fail("epoll_create1");
    receivers_.resize(static_cast<std::size_t>(options.connections));
    for (Receiver& receiver : receivers_) {
      receiver.fd = connect_to(options.server);
      open_websocket(receiver.fd, options.websocket);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &receiver;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, receiver.fd, &event) < 0) fail("epoll_ctl");
    }
  }
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  ~FanOut() {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    for (const Receiver& receiver : receivers_) {
      setsockopt(receiver.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      close(receiver.fd);
    }
    close(epoll_);
  }

  /// Sends messages, one after another, for a time.
  void run(double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    do {
      send_one();
    } while (Clock::now() < end);
  }

  [[nodiscard]] Result& result() { return result_; }

 private:
  struct Receiver {
    int fd = -1;
    std::size_t received = 0;  // bytes of the current message
  };

  /// Sends a message, and returns when all receivers have it.
  void send_one() {
    const auto begin = Clock::now();
    const std::string& request = options_.request;
    if (send(receivers_[0].fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      fail("send");
    }
    std::size_t missing = receivers_.size();
    epoll_event events[512];
    while (missing > 0) {
      const int ready = epoll_wait(epoll_, events, 512, 10'000);
      if (ready <= 0) fail(std::to_string(missing) + " connections got no message in ten seconds");
      for (int i = 0; i < ready; ++i)
        missing -= receive(*static_cast<Receiver*>(events[i].data.ptr));
    }
    for (Receiver& receiver : receivers_) receiver.received = 0;
    const auto took = std::chrono::nanoseconds(Clock::now() - begin).count();
    result_.latency.add(static_cast<std::uint64_t>(took));
    result_.answers += receivers_.size();
  }

  /// Returns whether the receiver has the whole message now.
  bool receive(Receiver& receiver) {
    char buffer[4096];
    const ssize_t received = recv(receiver.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (received <= 0) fail("the server closed a connection");
    const std::string_view piece(buffer, static_cast<std::size_t>(received));
    if (!expected_.matches(receiver.received, piece)) fail("a wrong message");
    receiver.received += piece.size();
    result_.bytes += piece.size();
    return receiver.received == expected_.size();
  }

  const Options& options_;
  const Expected& expected_;
  int epoll_;
  std::vector<Receiver> receivers_;
  Result result_;
};

}  // namespace

Result fan_out(const Options& options, const Expected& expected) {
  FanOut load(options, expected);
  load.run(options.warm_up);
  load.result() = Result{};
  const clockid_t server =
      options.server_process != 0 ? clock_of(options.server_process) : CLOCK_PROCESS_CPUTIME_ID;
  const auto began = Clock::now();
  const double server_before = cpu_seconds(server);
  const double own_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  load.run(options.seconds);
  Result result = load.result();
  result.server_cpu_seconds = cpu_seconds(server) - server_before;
  result.own_cpu_seconds = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - own_before;
  result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return result;
}

}  // namespace load
