// Asks one server over many connections from one thread, checks every answer, and keeps the books.
//
// Saturating, each connection sends its next request when it has its answer. At a rate, requests
// become due at random moments (a Poisson process with a fixed seed, so every server sees the same
// one) whether or not earlier ones were answered, and the latency of each counts from the moment it
// was due: time spent waiting for a free connection is not left out.

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

struct Options {
  sockaddr_in server{};
  int server_process = 0;  // whose CPU is counted; 0 for none
  int connections = 64;
  double seconds = 2;    // measured, after `warm_up`
  double warm_up = 0.3;  // at least; until every connection had an answer
  double rate = 0;       // requests a second; 0 saturates
  int depth = 1;         // requests that go out together
  std::string request;
};

/// What was seen within the measured time.
struct Result {
  std::uint64_t answers = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  double behind_seconds = 0;  // how long the oldest request that is due waits unsent at the end
  double server_cpu_seconds = 0;
  double own_cpu_seconds = 0;
  Histogram latency;
};

class Generator {
 public:
  /// Connects. Ends the program when that fails.
  Generator(const Options& options, const Expected& expected);
  /// Resets the connections, so that no port stays behind.
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Ends the program at the first wrong answer or broken connection.
  Result run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Connection {
    int fd = -1;
    int missing = 0;           // answers
    bool answered = false;     // once
    std::size_t received = 0;  // of the answer under way
    std::size_t unsent = 0;    // of the requests
    Clock::time_point due;
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
  std::vector<Connection*> idle_;  // a ring: taken at the front, given back at the end
  std::size_t first_idle_ = 0;
  std::size_t idle_count_ = 0;
  std::size_t answered_count_ = 0;  // of the connections
  Clock::time_point next_due_;
  std::mt19937_64 random_{20261121};
  std::vector<char> buffer_;
  Clock::time_point began_;
  Result result_;
};

}  // namespace load
