// Sends requests to one server over many connections from one thread, checks every answer, and
// measures.
//
// Without a rate it saturates the server: each connection sends its next request when it has its
// answer. With a rate, requests become due at random moments (Schedule), whether or not earlier ones
// were answered. The latency of a request counts from the moment it was due, so it includes the time
// that the request has waited for a free connection.
//
// A connection:
//
//     Waiting ── its turn, or a pause after a failure ── Connecting ── WebSockets only ── Opening ── Ready
//        ▲                                                                                           │
//        └── the server has closed it, or the request failed ───────────────────────────────────────┘
//
// Failures are counted and do not end the run, unless there is no answer at all for a time.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/units.h"

#include "apps/mastic/load/answer.h"
#include "apps/mastic/load/cpu_clock.h"
#include "apps/mastic/load/failures.h"
#include "apps/mastic/load/histogram.h"
#include "apps/mastic/load/schedule.h"
#include "apps/mastic/load/socket.h"

namespace mastic::load {

struct Result;

/// What to send, how long and how often.
struct Options {
  SocketAddress server;
  std::string request;  ///< the bytes that are sent again and again
  http::Method method = http::Method::Get;
  std::string opening;     ///< the request that opens a WebSocket on each connection; may be empty
  int server_process = 0;  ///< the process whose CPU time is measured; 0 for none
  std::size_t connections = 64;
  base::Duration duration = std::chrono::seconds(10);  ///< the measured time, after `warm_up`
  base::Duration warm_up{};                            ///< at least this long
  base::Duration timeout = std::chrono::seconds(5);    ///< for an answer
  std::uint64_t requests = 0;  ///< the run also ends after so many; 0 for no limit
  double rate = 0;             ///< requests per second; 0 saturates the server
  std::uint64_t seed = 1;      ///< of the moments at which requests become due
  std::size_t pipeline = 1;    ///< requests that are sent together
  StatusRange statuses;        ///< the statuses that are expected
  Check check = Check::Same;

  /// Ends the run with the result so far when it becomes true.
  const std::atomic<bool>* interrupted = nullptr;
  /// Is called four times a second with the result so far; `is_warm` is false during the warm-up.
  std::function<void(const Result& so_far, bool is_warm)> on_progress;
};

/// The result of the measured time.
struct Result {
  std::uint64_t answers = 0;     ///< right ones
  std::uint64_t bytes = 0;       ///< received
  std::uint64_t reconnects = 0;  ///< connections that the server closed between requests
  double seconds = 0;
  double behind_seconds = 0;  ///< at the end: how long the oldest unsent request has been due
  std::optional<double>
      server_cpu_seconds;  ///< if its process is known, and was there until the end
  double own_cpu_seconds = 0;
  bool gave_up = false;      ///< nothing worked any more
  bool interrupted = false;  ///< the user ended it
  Histogram latency;         ///< of right answers
  Failures failures;         ///< also those of the warm-up
};

/// The connections and the measurement.
class Generator {
 public:
  /// `options` and `expected` must outlive it.
  Generator(const Options& options, const ExpectedAnswer& expected);
  /// Resets the connections, so that no port stays in TIME_WAIT.
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Runs the load and returns the result. Throws std::runtime_error when this process lacks
  /// something, such as descriptors.
  [[nodiscard]] Result run();

 private:
  using Clock = std::chrono::steady_clock;

  enum class Phase : std::uint8_t { Waiting, Connecting, Opening, Ready };

  struct Connection {
    int fd = -1;
    Phase phase = Phase::Waiting;
    bool is_settled = false;             // has had an answer or a failure, on any socket
    bool was_answered = false;           // on this socket
    bool waits_for_writing = false;      // EPOLLOUT is asked for
    std::size_t missing = 0;             // answers that have not come yet
    std::size_t received = 0;            // bytes of the current answer
    std::size_t unsent = 0;              // bytes of the current requests
    Clock::time_point due;               // when the current requests became due
    Clock::time_point since;             // when the server was last sent something
    std::unique_ptr<AnswerCheck> check;  // of an answer whose bytes are not the expected ones
    std::string head;                    // of the answer that opens a WebSocket
  };

  void warm_up();
  void begin_measuring();
  void end_measuring();
  [[nodiscard]] bool is_over() const;
  void turn(Clock::time_point end);
  void tick(Clock::time_point now);

  void connect_waiting(Clock::time_point now);
  void connect(Connection& connection);
  void connected(Connection& connection);
  void opened(Connection& connection);
  void read_opening(Connection& connection, std::string_view piece);
  void disconnect(Connection& connection);
  void reconnect(Connection& connection);

  void send_what_is_due(Clock::time_point now);
  void start(Connection& connection, Clock::time_point due);
  void send_on(Connection& connection);
  void set_waits_for_writing(Connection& connection, bool waits);
  void receive(Connection& connection);
  void take(Connection& connection, std::string_view piece);
  [[nodiscard]] bool take_some(Connection& connection, std::string_view& piece,
                               Clock::time_point now);
  [[nodiscard]] bool conclude(Connection& connection, AnswerCheck::Verdict verdict,
                              Clock::time_point now);
  void add_right(const Connection& connection, Clock::time_point now);
  [[nodiscard]] bool finish(Connection& connection, bool keep_alive, Clock::time_point now);
  void ended(Connection& connection, int error);
  void lose(Connection& connection, Failure kind, std::string_view what);
  void rest(Connection& connection);
  void settle(Connection& connection);

  const Options& options_;
  const ExpectedAnswer& expected_;
  const std::string batch_;  // as many requests as are sent together
  const bool keeps_alive_;   // after the expected answer
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;  // a ring buffer: taken from the front, put back at the end
  std::size_t first_idle_ = 0;
  std::size_t idle_count_ = 0;
  std::deque<Connection*> to_connect_;
  std::deque<std::pair<Clock::time_point, Connection*>> paused_;  // until then
  std::size_t connecting_count_ = 0;
  std::size_t settled_count_ = 0;
  std::uint64_t started_ = 0;  // requests
  std::uint64_t ended_ = 0;    // requests that were answered or have failed
  bool is_warm_ = false;
  Schedule schedule_;
  std::vector<char> buffer_;
  Clock::time_point began_;
  CpuTimes cpu_;
  Clock::time_point next_tick_;
  Clock::time_point next_progress_;
  Clock::time_point last_answer_;
  Result result_;
};

}  // namespace mastic::load
