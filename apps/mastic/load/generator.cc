#include "apps/mastic/load/generator.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <stdexcept>

#include "apps/mastic/load/websocket.h"

namespace mastic::load {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;

constexpr std::size_t kBufferBytes = 256 << 10;
/// More connections than this are not made at the same time, so that the server's queue of new
/// connections does not overflow.
constexpr std::size_t kMostConnecting = 64;
/// The pause of a connection that was refused.
constexpr auto kPause = std::chrono::milliseconds(100);
/// How long the warm-up waits for connections that have had neither an answer nor a failure.
constexpr auto kLongestSettling = std::chrono::seconds(5);
/// How often the connections are looked at whose answers are late, and progress is told.
constexpr auto kTick = std::chrono::milliseconds(250);
constexpr auto kShortestTick = std::chrono::milliseconds(5);  // if the timeout is short

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

double in_seconds(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Generator::Generator(const Options& options, const ExpectedAnswer& expected)
    : options_(options),
      expected_(expected),
      batch_(repeated(options.request, options.pipeline)),
      keeps_alive_(expected.keep_alive() && !expected.ends_with_connection()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      connections_(options.connections),
      idle_(connections_.size()),
      // A gap is between batches.
      schedule_(options.rate > 0 ? options.rate / static_cast<double>(options.pipeline) : 1,
                options.seed),
      buffer_(kBufferBytes),
      cpu_(options.server_process) {
  if (epoll_ < 0) throw std::runtime_error("epoll_create1: " + base::describe_number(errno));
  prctl(PR_SET_TIMERSLACK, 1UL);  // by default a sleep may take 50 us longer
  for (Connection& connection : connections_) {
    to_connect_.push_back(&connection);
    if (options_.rate > 0) idle_[idle_count_++] = &connection;
  }
}

Generator::~Generator() {
  for (const Connection& connection : connections_) {
    if (connection.fd >= 0) close_with_reset(connection.fd);
  }
  close(epoll_);
}

// ---- a run ----

Result Generator::run() {
  const auto now = Clock::now();
  schedule_.begin_at(now);
  last_answer_ = now;
  next_tick_ = now + kTick;
  // A limited number of requests is not spent on a warm-up unless that is asked for.
  if (options_.requests == 0 || options_.warm_up > base::Duration::zero()) warm_up();
  begin_measuring();
  if (is_over()) return result_;  // stopped in the warm-up: there is no time to divide by
  const auto end = base::after(began_, options_.duration);
  while (!is_over() && Clock::now() < end) turn(end);
  end_measuring();
  return result_;
}

// Measuring begins when every connection has had an answer, so that none is still being set up.
void Generator::warm_up() {
  const auto begin = Clock::now();
  const auto warm = base::after(begin, options_.warm_up);
  while (!is_over() && Clock::now() < warm) turn(warm);
  const auto settled = base::after(warm, kLongestSettling);
  while (!is_over() && settled_count_ < connections_.size() && Clock::now() < settled) {
    turn(std::min(settled, Clock::now() + std::chrono::milliseconds(10)));
  }
}

bool Generator::is_over() const {
  if (result_.gave_up || result_.interrupted) return true;
  return is_warm_ && options_.requests > 0 && ended_ >= options_.requests;
}

void Generator::begin_measuring() {
  // Failures of the warm-up are failures, too.
  result_ = Result{.gave_up = result_.gave_up,
                   .interrupted = result_.interrupted,
                   .latency = {},
                   .failures = std::move(result_.failures)};
  is_warm_ = true;
  started_ = ended_ = 0;
  cpu_ = CpuTimes(options_.server_process);
  began_ = Clock::now();
}

void Generator::end_measuring() {
  const auto now = Clock::now();
  result_.server_cpu_seconds = cpu_.server_seconds();
  result_.own_cpu_seconds = cpu_.own_seconds();
  result_.seconds = in_seconds(now - began_);
  const bool has_more = options_.requests == 0 || started_ < options_.requests;
  // All connections were busy, so the server cannot keep up with the rate.
  if (options_.rate > 0 && has_more && schedule_.next() < now) {
    result_.behind_seconds = in_seconds(now - schedule_.next());
  }
}

void Generator::turn(Clock::time_point end) {
  const auto now = Clock::now();
  if (now >= next_tick_) tick(now);
  if (!to_connect_.empty() || !paused_.empty()) connect_waiting(now);
  if (options_.rate > 0) send_what_is_due(now);
  auto wake = std::min(end, next_tick_);
  // Without an idle connection no request can be sent, so only answers can end the wait.
  if (options_.rate > 0 && idle_count_ > 0) wake = std::min(wake, schedule_.next());
  if (!paused_.empty()) wake = std::min(wake, paused_.front().first);
  const auto wait = std::max(duration_cast<nanoseconds>(wake - now), nanoseconds(0)).count();
  const timespec timeout{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
  epoll_event events[512];
  const int ready = epoll_pwait2(epoll_, events, 512, &timeout, nullptr);
  for (int i = 0; i < ready; ++i) {
    Connection& connection = *static_cast<Connection*>(events[i].data.ptr);
    if (connection.phase == Phase::Connecting) {
      connected(connection);
      continue;
    }
    if ((events[i].events & EPOLLOUT) != 0) send_on(connection);
    if ((events[i].events & ~EPOLLOUT) != 0) receive(connection);
  }
  if (options_.interrupted != nullptr && options_.interrupted->load()) result_.interrupted = true;
}

// What is looked at from time to time.
void Generator::tick(Clock::time_point now) {
  next_tick_ = now + std::clamp<base::Duration>(options_.timeout / 4, kShortestTick, kTick);
  const std::string within = " within " + base::format_duration(options_.timeout);
  for (Connection& connection : connections_) {
    const bool waits = connection.phase == Phase::Ready ? connection.missing > 0
                                                        : connection.phase != Phase::Waiting;
    if (!waits || now - connection.since < options_.timeout) continue;
    lose(connection, Failure::Timeout,
         (connection.phase == Phase::Ready ? "no complete answer" : "no connection") + within);
  }
  if (now - last_answer_ > 2 * options_.timeout && result_.failures.count() > 0) {
    result_.gave_up = true;
  }
  if (!options_.on_progress || now < next_progress_) return;
  next_progress_ = now + kTick;
  result_.seconds = is_warm_ ? in_seconds(now - began_) : 0;
  options_.on_progress(result_, is_warm_);
}

// ---- connections ----

void Generator::connect_waiting(Clock::time_point now) {
  while (!paused_.empty() && paused_.front().first <= now) {
    to_connect_.push_back(paused_.front().second);
    paused_.pop_front();
  }
  // Some may be connected at once, so not more than there are now.
  for (std::size_t left = to_connect_.size(); left > 0 && connecting_count_ < kMostConnecting;
       --left) {
    Connection& connection = *to_connect_.front();
    to_connect_.pop_front();
    connect(connection);
  }
}

void Generator::connect(Connection& connection) {
  const auto fd = begin_connect(options_.server);
  if (!fd) {
    const int error = fd.error().number;
    if (error == EMFILE || error == ENFILE) {
      const auto open = static_cast<std::size_t>(
          std::ranges::count_if(connections_, [](const auto& each) { return each.fd >= 0; }));
      throw std::runtime_error(too_many_connections(connections_.size(), open));
    }
    // The queue of a Unix socket is full: the server has not refused, it is behind.
    if (error == EAGAIN) {
      paused_.emplace_back(Clock::now() + kPause, &connection);
      return;
    }
    return lose(connection, Failure::Refused, fd.error().message);
  }
  connection.fd = *fd;
  connection.phase = Phase::Connecting;
  connection.since = Clock::now();
  connection.waits_for_writing = true;
  ++connecting_count_;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) < 0) {
    throw std::runtime_error("epoll_ctl: " + base::describe_number(errno));
  }
}

void Generator::connected(Connection& connection) {
  if (const int error = connect_error(connection.fd); error != 0) {
    return lose(connection, Failure::Refused, "connect: " + base::describe_number(error));
  }
  --connecting_count_;
  if (options_.opening.empty()) return opened(connection);
  connection.phase = Phase::Opening;
  const ssize_t sent =
      send(connection.fd, options_.opening.data(), options_.opening.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(options_.opening.size())) return ended(connection, errno);
  set_waits_for_writing(connection, false);
}

void Generator::opened(Connection& connection) {
  connection.phase = Phase::Ready;
  connection.since = Clock::now();
  if (connection.missing == 0) {
    if (options_.rate == 0) start(connection, connection.since);
  } else {
    connection.unsent = connection.missing * options_.request.size();
  }
  send_on(connection);
}

void Generator::read_opening(Connection& connection, std::string_view piece) {
  constexpr std::size_t kMostBytes = 16 << 10;
  connection.head += piece;
  if (!connection.head.contains(kEndOfHead) && connection.head.size() < kMostBytes) return;
  if (!opens_websocket(connection.head) || !connection.head.ends_with(kEndOfHead)) {
    const std::string line = connection.head.substr(0, connection.head.find('\r'));
    return lose(connection, Failure::Status, "the server did not open a WebSocket: " + line);
  }
  connection.head.clear();
  opened(connection);
}

void Generator::disconnect(Connection& connection) {
  if (connection.phase == Phase::Connecting) --connecting_count_;
  if (connection.fd >= 0) close_with_reset(connection.fd);
  connection.fd = -1;
  connection.phase = Phase::Waiting;
  connection.was_answered = false;
  connection.unsent = 0;
  connection.received = 0;
  connection.check.reset();
  connection.head.clear();
}

/// Replaces a connection that the server has closed, or said it would close. Requests that it has
/// not begun to answer are sent again (RFC 9112 §9.3.1), and keep the moment at which they were due.
void Generator::reconnect(Connection& connection) {
  ++result_.reconnects;
  disconnect(connection);
  to_connect_.push_back(&connection);
}

// ---- requests ----

void Generator::send_what_is_due(Clock::time_point now) {
  while (schedule_.next() <= now && idle_count_ > 0) {
    if (options_.requests > 0 && is_warm_ && started_ >= options_.requests) return;
    Connection& connection = *idle_[first_idle_];
    first_idle_ = (first_idle_ + 1) % idle_.size();
    --idle_count_;
    // From the moment it was due, not from now: the time that it waited for a connection counts.
    start(connection, schedule_.take());
    if (connection.phase == Phase::Ready) send_on(connection);
  }
}

/// Gives a connection its next requests, which are sent when it is ready.
void Generator::start(Connection& connection, Clock::time_point due) {
  std::uint64_t count = options_.pipeline;
  if (options_.requests > 0 && is_warm_) count = std::min(count, options_.requests - started_);
  started_ += count;
  connection.due = due;
  connection.since = options_.rate == 0 ? due : Clock::now();
  connection.missing = count;
  connection.unsent = count * options_.request.size();
}

void Generator::send_on(Connection& connection) {
  if (connection.unsent > 0) {
    const ssize_t sent = send(connection.fd, batch_.data() + (batch_.size() - connection.unsent),
                              connection.unsent, MSG_NOSIGNAL);
    // A server that has closed the connection may have answered before: receive() finds out.
    if (sent < 0 && errno != EAGAIN) connection.unsent = 0;
    if (sent > 0) connection.unsent -= static_cast<std::size_t>(sent);
  }
  // Wait for the socket to become writable only while something is unsent.
  const bool waits = connection.unsent > 0;
  if (waits != connection.waits_for_writing) set_waits_for_writing(connection, waits);
}

void Generator::set_waits_for_writing(Connection& connection, bool waits) {
  connection.waits_for_writing = waits;
  epoll_event event{};
  event.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event) < 0) {
    throw std::runtime_error("epoll_ctl: " + base::describe_number(errno));
  }
}

// ---- answers ----

void Generator::receive(Connection& connection) {
  const ssize_t received = recv(connection.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) return ended(connection, received < 0 ? errno : 0);
  result_.bytes += static_cast<std::size_t>(received);
  const std::string_view piece(buffer_.data(), static_cast<std::size_t>(received));
  if (connection.phase == Phase::Opening) return read_opening(connection, piece);
  take(connection, piece);
}

// `piece` may end one answer and begin the next ones.
void Generator::take(Connection& connection, std::string_view piece) {
  const auto now = Clock::now();
  while (!piece.empty()) {
    if (connection.missing == 0) {
      return lose(connection, Failure::Malformed, "the server sent bytes that belong to no answer");
    }
    if (!take_some(connection, piece, now)) return;
  }
  if (connection.missing == 0) rest(connection);
}

/// Takes what belongs to the current answer. Returns false when there is nothing more to take from
/// this socket.
bool Generator::take_some(Connection& connection, std::string_view& piece, Clock::time_point now) {
  if (!connection.check) {
    const std::string_view of_this = piece.substr(0, expected_.size() - connection.received);
    if (!of_this.empty() && expected_.matches(connection.received, of_this)) {
      piece.remove_prefix(of_this.size());
      connection.received += of_this.size();
      if (connection.received < expected_.size()) return true;
      if (expected_.ends_with_connection()) return true;  // until the connection has ended
      add_right(connection, now);
      return finish(connection, keeps_alive_, now);
    }
    if (!options_.opening.empty()) {
      const std::string_view wanted = expected_.bytes();
      lose(connection, Failure::Different,
           "a message differs from the one that was sent, at " +
               difference_of(piece, wanted.substr(connection.received), connection.received));
      return false;
    }
    connection.check = std::make_unique<AnswerCheck>(expected_, options_.statuses, options_.check,
                                                     options_.method);
    std::string_view same = expected_.bytes().substr(0, connection.received);
    const auto verdict = connection.check->feed(same);
    if (verdict != AnswerCheck::Verdict::NeedMore) return conclude(connection, verdict, now);
  }
  connection.received += piece.size();
  return conclude(connection, connection.check->feed(piece), now);
}

/// What follows from the verdict on an answer. Returns false as `take_some` does.
bool Generator::conclude(Connection& connection, AnswerCheck::Verdict verdict,
                         Clock::time_point now) {
  using Verdict = AnswerCheck::Verdict;
  if (verdict == Verdict::NeedMore) return true;
  if (verdict == Verdict::Malformed) {
    const std::string what = connection.check->what();
    lose(connection, Failure::Malformed, what);
    return false;
  }
  const bool keep_alive = connection.check->keep_alive();
  if (verdict == Verdict::Right) {
    add_right(connection, now);
  } else {
    result_.failures.add(verdict == Verdict::WrongStatus ? Failure::Status : Failure::Different, 1,
                         connection.check->what());
  }
  return finish(connection, keep_alive, now);
}

void Generator::add_right(const Connection& connection, Clock::time_point now) {
  ++result_.answers;
  result_.latency.add(
      static_cast<std::uint64_t>(duration_cast<nanoseconds>(now - connection.due).count()));
}

/// An answer is complete. Returns false as `take_some` does.
bool Generator::finish(Connection& connection, bool keep_alive, Clock::time_point now) {
  ++ended_;
  --connection.missing;
  last_answer_ = now;
  connection.received = 0;
  connection.check.reset();
  connection.was_answered = true;
  settle(connection);
  if (keep_alive) return true;
  reconnect(connection);
  if (connection.missing == 0) rest(connection);
  return false;
}

/// A connection has all its answers. It gets the next request at once, or when one is due.
void Generator::rest(Connection& connection) {
  if (options_.rate > 0) {
    // At the end of the ring, so that all connections take turns.
    idle_[(first_idle_ + idle_count_++) % idle_.size()] = &connection;
  } else if (connection.phase == Phase::Ready) {
    start(connection, Clock::now());
    send_on(connection);
  }
}

/// The server has ended a connection, with an errno or in order.
void Generator::ended(Connection& connection, int error) {
  if (connection.check != nullptr || expected_.ends_with_connection()) {
    if (error == 0 && connection.received == expected_.size() && !connection.check) {
      const auto now = Clock::now();
      add_right(connection, now);
      static_cast<void>(finish(connection, false, now));
      return;
    }
    if (error == 0 && connection.check) {
      const auto verdict = connection.check->end_of_input();
      if (verdict != AnswerCheck::Verdict::NeedMore) {
        static_cast<void>(conclude(connection, verdict, Clock::now()));
        return;
      }
    }
  }
  // A server may close a connection that it keeps alive at any time between answers.
  if (connection.received == 0 && connection.was_answered) return reconnect(connection);
  const std::string after =
      connection.received == 0
          ? " before an answer"
          : " after " + std::to_string(connection.received) + " bytes of an answer";
  if (error == 0)
    return lose(connection, Failure::Closed, "the server closed a connection" + after);
  lose(connection, Failure::Reset,
       "a connection ended" + after + ": " + base::describe_number(error));
}

/// The requests of a connection have failed, and its socket is of no more use.
void Generator::lose(Connection& connection, Failure kind, std::string_view what) {
  const std::uint64_t requests = connection.missing;
  result_.failures.add(kind, std::max<std::uint64_t>(requests, 1), what);
  const bool has_worked = connection.was_answered;
  disconnect(connection);
  // If a connection has not worked at all, the next one will hardly do: there is a pause before it.
  if (has_worked)
    to_connect_.push_back(&connection);
  else
    paused_.emplace_back(Clock::now() + kPause, &connection);
  settle(connection);
  if (requests == 0) return;
  ended_ += requests;
  connection.missing = 0;
  rest(connection);
}

void Generator::settle(Connection& connection) {
  if (connection.is_settled) return;
  connection.is_settled = true;
  ++settled_count_;
}

}  // namespace mastic::load
