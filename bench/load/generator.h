// Sends requests to one server over many connections from one thread, checks every answer, and
// measures.
//
// Without a rate it saturates the server: each connection sends its next request when it has its
// answer. With a rate, requests become due at random moments, whether or not earlier ones were
// answered. The moments are a Poisson process with a fixed seed, so every server gets the same
// ones. The latency of a request counts from the moment it was due, so it includes the time that
// the request has waited for a free connection.

#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "bench/load/expected.h"
#include "bench/load/histogram.h"

namespace load {

/// What to send, how long and how often.
struct Options {
  sockaddr_in server{};
  int server_process = 0;  // the process whose CPU time is measured; 0 for none
  int connections = 64;
  double seconds = 2;    // the measured time, after `warm_up`
  double warm_up = 0.3;  // at least this long, and until every connection has had an answer
  double rate = 0;       // requests per second; 0 saturates the server
  int depth = 1;         // pipelined requests, which are sent together
  std::string request;
  std::string websocket;  // the path at which each connection opens a WebSocket first; may be empty
};

/// The result of the measured time.
struct Result {
  std::uint64_t answers = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  double behind_seconds = 0;  // at the end: how long the oldest unsent request has been due
  double server_cpu_seconds = 0;
  double own_cpu_seconds = 0;
  Histogram latency;
};

/// The connections and the measurement. `options` and `expected` must outlive it.
class Generator {
 public:
  /// Connects to the server. Ends the program when that fails.
  Generator(const Options& options, const Expected& expected);
  /// Resets the connections, so that no port stays in TIME_WAIT.
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Runs the load and returns the result. Ends the program at the first wrong answer or broken
  /// connection.
  Result run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Connection {
    int fd = -1;
    int missing = 0;           // answers that have not come yet
    bool answered = false;     // whether it has ever had an answer
    std::size_t received = 0;  // bytes of the current answer
    std::size_t unsent = 0;    // bytes of the current requests
    Clock::time_point due;     // when the current requests became due
  };

  void begin_measuring();
  void end_measuring();
  void turn(Clock::time_point end);
  void turn_until(const std::function<bool()>& done);
  void send_what_is_due(Clock::time_point now);
  void start(Connection& connection, Clock::time_point due);
  void send_on(Connection& connection);
  void receive(Connection& connection);
  void check(Connection& connection, std::string_view piece);
  [[nodiscard]] Clock::duration next_gap();

  const Options& options_;
  const Expected& expected_;
  const std::string batch_;  // `depth` requests
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;  // a ring buffer: taken from the front, put back at the end
  std::size_t first_idle_ = 0;
  std::size_t idle_count_ = 0;
  std::size_t answered_count_ = 0;  // connections that have ever had an answer
  Clock::time_point next_due_;
  std::mt19937_64 random_{20261121};
  std::vector<char> buffer_;
  Clock::time_point began_;
  Result result_;
};

}  // namespace load
