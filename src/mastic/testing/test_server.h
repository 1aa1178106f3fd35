// The server that a TestClient talks to: the code of a real one, without sockets and threads.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/app_log.h"
#include "mastic/async/timer.h"
#include "mastic/base/clock.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"
#include "mastic/server/options.h"
#include "mastic/server/shard.h"
#include "mastic/testing/memory_stream.h"
#include "mastic/testing/recording_log.h"
#include "mastic/testing/test_kernel.h"

namespace mastic::testing {

/// A peer that has something to do after each turn of the loop, whatever the test waits for: a
/// WebSocket answers pings.
class TurnWatcher {
 public:
  virtual void turn_ended() = 0;

 protected:
  ~TurnWatcher() = default;
};

/// A shard of a server with a loop of its own, and the peers of its connections.
///
/// Bytes take the way that they take in a server, except that a MemoryStream replaces the socket:
///
///     deliver ──► MemoryStream ──► server::Connection ──► exchange ──► App
///     MemoryPeer::received ◄── MemoryStream ◄───────────────────────────┘
///
/// The loop has no thread of its own: the functions that wait run turns of it. When nothing is
/// ready, TestKernel moves its clock to the next timer instead of waiting.
///
/// 1. Whatever may enter code of the application does so within a ClockScope, so that mastic::now()
///    reads the clock of this server.
/// 2. Each member is declared before the members whose destructors use it.
class TestServer {
 public:
  /// Starts `app`. Throws std::logic_error when a start-up hook fails.
  TestServer(app::App app, const server::Options& options);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// Opens a connection. The peer lives as long as the server.
  MemoryPeer& connect();
  /// Delivers bytes to the server, as far as it reads.
  void deliver(MemoryPeer& peer, std::string_view bytes);
  /// Delivers a request: the head first and then the content, as any client may, so that a handler
  /// that forgets to wait for its content fails in tests.
  void deliver_request(MemoryPeer& peer, std::string_view bytes);
  /// The client leaves without a word: it ends its side of the connection.
  void leave(MemoryPeer& peer);

  /// Runs turns of the loop until `done` returns true. A handler that sleeps for an hour takes no
  /// time, because the clock jumps to the next timer. Returns false when `done` has not returned
  /// true after a day. Throws std::logic_error for a breach of the contract of applications.
  [[nodiscard]] bool run_until(const std::function<bool()>& done);
  /// Runs turns until `done` returns true. Throws std::logic_error when `what`, such as "answer",
  /// has not come after a day, too.
  void wait_for(const std::function<bool()>& done, std::string_view what);
  /// Waits like that. Also throws std::logic_error with the text of `fault`, in which a TurnWatcher
  /// says what the server has done wrong, as soon as it is not empty.
  void wait_for(const std::function<bool()>& done, std::string_view what, const std::string& fault);
  /// Runs what is ready, for a few turns that do not move the clock, so that a test sees what its
  /// handlers have done.
  void run_ready();
  /// Runs the turns after the last byte of an answer, in which the exchange ends and on_finish
  /// hooks are called. Their number is limited, because an exchange may have other work to do
  /// before it ends.
  void finish_exchanges();
  /// Lets `time` pass.
  void pass(base::Duration time);
  /// Begins the drain after the time `in`.
  void drain(base::Duration in);
  /// Throws std::logic_error if the application has broken its contract.
  void check_contract();

  [[nodiscard]] bool has_exchanges() const { return shard_.exchanges() > 0; }
  [[nodiscard]] TestKernel& kernel() { return kernel_; }
  [[nodiscard]] const std::vector<std::string>& log() const { return log_.lines; }
  /// New connections come from `endpoint`; open ones keep their address.
  void set_endpoint(const base::Endpoint& endpoint) { endpoint_ = endpoint; }

  /// Calls `watcher` after each turn until it is removed.
  void add(TurnWatcher& watcher) { watchers_.push_back(&watcher); }
  void remove(TurnWatcher& watcher) { std::erase(watchers_, &watcher); }

 private:
  class Drain final : public async::Timer {
   public:
    explicit Drain(server::Shard& shard) : shard_(shard) {}
    void expired() noexcept override { shard_.drain(); }

   private:
    server::Shard& shard_;
  };

  [[nodiscard]] bool is_anything_left();
  /// Runs one turn, for which the clock moves by `most` at most.
  void turn(base::Duration most);

  TestKernel kernel_;
  RecordingLog log_;
  std::string faults_;
  server::ServerCounters counters_;
  const server::Options options_;
  app::LogConnection app_log_;  ///< outlives the application, whose destructors may log
  const app::App app_;
  std::vector<std::unique_ptr<MemoryPeer>> peers_;  ///< each outlives its stream, even when retired
  std::vector<TurnWatcher*> watchers_;
  std::unique_ptr<loop::Loop> loop_;
  base::Endpoint endpoint_;
  server::Shard shard_;
  Drain drain_{shard_};
};

}  // namespace mastic::testing
