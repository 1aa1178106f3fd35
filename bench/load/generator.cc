#include "bench/load/generator.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "bench/load/cpu_clock.h"
#include "bench/load/websocket.h"

namespace load {

namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;

constexpr std::size_t kBufferBytes = 256 * 1024;

std::string repeated(std::string_view text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

Generator::Generator(const Options& options, const Expected& expected)
    : options_(options),
      expected_(expected),
      batch_(repeated(options.request, options.depth)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      connections_(static_cast<std::size_t>(options.connections)),
      idle_(connections_.size()),
      buffer_(kBufferBytes) {
  if (epoll_ < 0) fail("epoll_create1");
  prctl(PR_SET_TIMERSLACK, 1UL);  // by default a sleep may take 50 us longer
  for (Connection& connection : connections_) {
    connection.fd = connect_to(options.server);
    if (!options.websocket.empty()) open_websocket(connection.fd, options.websocket);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) < 0) fail("epoll_ctl");
    idle_[idle_count_++] = &connection;
  }
}

Generator::~Generator() {
  // Closing with a linger time of zero sends a reset, after which no port stays in TIME_WAIT.
  const linger reset{.l_onoff = 1, .l_linger = 0};
  for (const Connection& connection : connections_) {
    setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(connection.fd);
  }
  close(epoll_);
}

// One run:
//
//     warm up ── until each connection has had an answer ── measure ── until there is one answer
Result Generator::run() {
  const auto after = [](Clock::time_point begin, double seconds) {
    return begin + duration_cast<Clock::duration>(duration<double>(seconds));
  };
  next_due_ = Clock::now();
  const auto warm = after(next_due_, options_.warm_up);
  if (options_.rate == 0) {
    for (Connection& connection : connections_) start(connection, Clock::now());
  }
  while (Clock::now() < warm) turn(warm);
  // Measuring begins when every connection has had an answer, so that none is still being set up.
  turn_until([&] { return answered_count_ == connections_.size(); });
  begin_measuring();
  const auto end = after(began_, options_.seconds);
  while (Clock::now() < end) turn(end);
  turn_until([&] { return result_.answers > 0; });
  end_measuring();
  return result_;
}

void Generator::turn_until(const std::function<bool()>& done) {
  const auto patience = Clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (Clock::now() > patience) fail("no answer for 30 seconds");
    turn(Clock::now() + std::chrono::milliseconds(10));
  }
}

void Generator::begin_measuring() {
  result_ = Result{};
  // The times are stored negative, and end_measuring() adds the times of the end.
  if (options_.server_process != 0) {
    result_.server_cpu_seconds = -cpu_seconds(clock_of(options_.server_process));
  }
  result_.own_cpu_seconds = -cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  began_ = Clock::now();
}

void Generator::end_measuring() {
  const auto now = Clock::now();
  if (options_.server_process != 0) {
    result_.server_cpu_seconds += cpu_seconds(clock_of(options_.server_process));
  }
  result_.own_cpu_seconds += cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  result_.seconds = duration<double>(now - began_).count();
  // All connections were busy, so the server cannot keep up with the rate.
  if (options_.rate > 0 && next_due_ < now) {
    result_.behind_seconds = duration<double>(now - next_due_).count();
  }
}

void Generator::turn(Clock::time_point end) {
  const auto now = Clock::now();
  if (options_.rate > 0) send_what_is_due(now);
  auto wake = end;
  // Without an idle connection no request can be sent, so only answers can end the wait.
  if (options_.rate > 0 && idle_count_ > 0) wake = std::min(wake, next_due_);
  const auto wait = std::max(duration_cast<nanoseconds>(wake - now), nanoseconds(0)).count();
  const timespec timeout{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
  epoll_event events[512];
  const int ready = epoll_pwait2(epoll_, events, 512, &timeout, nullptr);
  for (int i = 0; i < ready; ++i) {
    Connection& connection = *static_cast<Connection*>(events[i].data.ptr);
    if ((events[i].events & EPOLLOUT) != 0) send_on(connection);
    if ((events[i].events & ~EPOLLOUT) != 0) receive(connection);
  }
}

void Generator::send_what_is_due(Clock::time_point now) {
  while (next_due_ <= now && idle_count_ > 0) {
    Connection& connection = *idle_[first_idle_];
    first_idle_ = (first_idle_ + 1) % idle_.size();
    --idle_count_;
    // From the moment it was due, not from now: the time that it waited for a connection counts.
    start(connection, next_due_);
    next_due_ += next_gap();
  }
}

// Gaps of a Poisson process have an exponential distribution. A gap is between batches of `depth`
// requests.
Generator::Clock::duration Generator::next_gap() {
  std::exponential_distribution<double> gap(options_.rate / options_.depth);
  return duration_cast<Clock::duration>(duration<double>(gap(random_)));
}

void Generator::start(Connection& connection, Clock::time_point due) {
  connection.due = due;
  connection.missing = options_.depth;
  connection.unsent = batch_.size();
  send_on(connection);
}

void Generator::send_on(Connection& connection) {
  const bool waited = connection.unsent < batch_.size();
  const ssize_t sent = send(connection.fd, batch_.data() + (batch_.size() - connection.unsent),
                            connection.unsent, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN) fail("send");
  if (sent > 0) connection.unsent -= static_cast<std::size_t>(sent);
  // Wait for the socket to become writable only while something is unsent.
  const bool waits = connection.unsent > 0;
  if (waited == waits) return;
  epoll_event event{};
  event.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event) < 0) fail("epoll_ctl");
}

void Generator::receive(Connection& connection) {
  const ssize_t received = recv(connection.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) fail("the server closed a connection");
  result_.bytes += static_cast<std::size_t>(received);
  check(connection, {buffer_.data(), static_cast<std::size_t>(received)});
  if (connection.missing > 0) return;
  if (!connection.answered) {
    connection.answered = true;
    ++answered_count_;
  }
  if (options_.rate == 0) {
    start(connection, Clock::now());
  } else {
    // At the end of the ring, so that all connections take turns.
    idle_[(first_idle_ + idle_count_++) % idle_.size()] = &connection;
  }
}

// `piece` may end one answer and begin the next ones.
void Generator::check(Connection& connection, std::string_view piece) {
  const auto now = Clock::now();
  while (!piece.empty()) {
    const std::string_view of_this = piece.substr(0, expected_.size() - connection.received);
    if (connection.missing == 0 || !expected_.matches(connection.received, of_this)) {
      fail("a wrong answer: " + std::string(piece.substr(0, 300)));
    }
    piece.remove_prefix(of_this.size());
    connection.received += of_this.size();
    if (connection.received < expected_.size()) return;
    connection.received = 0;
    --connection.missing;
    ++result_.answers;
    result_.latency.add(
        static_cast<std::uint64_t>(duration_cast<nanoseconds>(now - connection.due).count()));
  }
}

}  // namespace load
