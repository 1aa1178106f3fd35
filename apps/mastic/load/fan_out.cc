#include "apps/mastic/load/fan_out.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>

#include "apps/mastic/load/cpu_clock.h"
#include "apps/mastic/load/websocket.h"

namespace mastic::load {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail_with(int number, const std::string& what) {
  throw std::runtime_error(what + ": " + base::describe_number(number));
}

/// Connects and opens a WebSocket.
int open_or_throw(const Options& options) {
  const auto fd = open_websocket(options.server, options.opening, options.timeout);
  if (!fd) throw std::runtime_error(fd.error().message);
  return *fd;
}

class FanOut {
 public:
  FanOut(const Options& options, const ExpectedAnswer& expected)
      : options_(options), expected_(expected), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) fail_with(errno, "epoll_create1");
    receivers_.resize(options.connections);
    for (Receiver& receiver : receivers_) {
      receiver.fd = open_or_throw(options);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &receiver;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, receiver.fd, &event) < 0) fail_with(errno, "epoll_ctl");
    }
  }
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  ~FanOut() {
    for (const Receiver& receiver : receivers_) {
      if (receiver.fd >= 0) close_with_reset(receiver.fd);
    }
    close(epoll_);
  }

  /// Sends messages, one after another, for a time.
  void run(base::Duration time, bool is_warm) {
    const auto begin = Clock::now();
    const auto end = base::after(begin, time);
    auto next_progress = begin;
    do {
      send_one();
      const auto now = Clock::now();
      if (options_.on_progress && now >= next_progress) {
        result_.seconds = std::chrono::duration<double>(now - begin).count();
        options_.on_progress(result_, is_warm);
        next_progress = now + std::chrono::milliseconds(250);
      }
      result_.interrupted = options_.interrupted != nullptr && options_.interrupted->load();
    } while (Clock::now() < end && !result_.interrupted);
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
      fail_with(errno, "send");
    }
    const auto most = std::chrono::ceil<std::chrono::milliseconds>(options_.timeout).count();
    std::size_t missing = receivers_.size();
    epoll_event events[512];
    while (missing > 0) {
      const int ready = epoll_wait(epoll_, events, 512, static_cast<int>(most));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) {
        throw std::runtime_error(std::to_string(missing) + " connections got no message within " +
                                 base::format_duration(options_.timeout));
      }
      for (int i = 0; i < ready; ++i) {
        missing -= receive(*static_cast<Receiver*>(events[i].data.ptr)) ? 1 : 0;
      }
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
    if (received < 0 && errno == EAGAIN) return false;
    if (received <= 0) throw std::runtime_error("the server closed a connection");
    const std::string_view piece(buffer, static_cast<std::size_t>(received));
    if (!expected_.matches(receiver.received, piece)) {
      const std::string_view wanted = expected_.bytes();
      throw std::runtime_error(
          "a message differs from the one that was sent, at " +
          difference_of(piece, wanted.substr(receiver.received), receiver.received));
    }
    receiver.received += piece.size();
    result_.bytes += piece.size();
    return receiver.received == expected_.size();
  }

  const Options& options_;
  const ExpectedAnswer& expected_;
  int epoll_;
  std::vector<Receiver> receivers_;
  Result result_;
};

}  // namespace

Result fan_out(const Options& options, const ExpectedAnswer& expected) {
  FanOut load(options, expected);
  load.run(options.warm_up, false);
  load.result() = Result{};
  const CpuTimes cpu(options.server_process);
  const auto began = Clock::now();
  load.run(options.duration, true);
  Result result = load.result();
  result.server_cpu_seconds = cpu.server_seconds();
  result.own_cpu_seconds = cpu.own_seconds();
  result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return result;
}

}  // namespace mastic::load
