// The server that a TestClient talks to: the code of a real one, without sockets and threads.
// Bytes reach it in memory.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/app_log.h"
#include "mastic/async/timer.h"
#include "mastic/base/clock.h"
#include "mastic/base/failures.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"
#include "mastic/server/options.h"
#include "mastic/server/shard.h"
#include "mastic/testing/carrier.h"
#include "mastic/testing/memory_stream.h"
#include "mastic/testing/recording_log.h"
#include "mastic/testing/test_kernel.h"
#include "mastic/testing/test_request.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

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
///    reads the clock of this server. Bytes and turns of the loop do so within an Inside.
/// 2. Each member is declared before the members whose destructors use it.
class MemoryCarrier final : public Carrier {
 public:
  /// Starts `app`. Throws std::logic_error when on_start fails.
  MemoryCarrier(app::App app, const server::Options& options);
  /// Stops the application. Reports what was wrong since the last check, because it must not throw.
  ~MemoryCarrier() override;

  using Carrier::connect;
  ClientEnd& connect() override;
  void leave(ClientEnd& end) override;
  void reset(ClientEnd& end) override;
  void read_on(ClientEnd& end) override;

  /// Runs turns of the loop until `done` returns true. A handler that sleeps for an hour takes no
  /// time, because the clock jumps to the next timer. Returns false when `done` has not returned
  /// true after a day, or after a million turns: an application that always has something to do
  /// may never let the day pass. Throws std::logic_error for a breach of the contract of applications.
  [[nodiscard]] bool run_until(const std::function<bool()>& done) override;
  /// Runs what is ready, for a few turns that do not move the clock.
  void run_ready() override;
  /// Runs the turns after the last byte of an answer, in which the exchange ends and on_finish
  /// hooks are called. Their number is limited, because an exchange may have other work to do
  /// before it ends.
  void finish_exchanges() override;
  [[nodiscard]] bool is_quiet(const ClientEnd&) override { return shard_.exchanges() == 0; }
  [[nodiscard]] std::string_view patience() const override {
    return is_busy_ ? "1,000,000 turns of the loop, and the application was never idle for long"
                    : "a day of the test's clock";
  }

  void pass(base::Duration time) override;
  [[nodiscard]] base::Kernel& clock() override { return kernel_; }
  void set_time(base::WallTime time) override { kernel_.set_wall(time); }
  void drain(base::Duration in) override;
  /// New connections come from `endpoint`; open ones keep their address.
  void set_endpoint(const base::Endpoint& endpoint) override { endpoint_ = endpoint; }

  void check_contract() override;
  [[nodiscard]] std::vector<std::string> take_errors() override {
    return std::exchange(log_.errors, {});
  }
  [[nodiscard]] const std::vector<std::string>& log() const override { return log_.lines; }
  [[nodiscard]] const std::string& authority() const override;

  /// Passes a request to an exchange, without a connection and without HTTP, and returns its answer.
  [[nodiscard]] TestResponse call(const TestRequest& request);

 private:
  /// Exists while code of the application may run, which must not call this carrier in its turn.
  class Inside {
   public:
    explicit Inside(MemoryCarrier& carrier);
    ~Inside() { carrier_.is_inside_ = false; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    MemoryCarrier& carrier_;
    const base::ClockScope clock_;
    std::optional<base::FailuresResumed> failures_;
  };
  class Drain final : public async::Timer {
   public:
    explicit Drain(server::Shard& shard) : shard_(shard) {}
    void expired() noexcept override { shard_.drain(); }

   private:
    server::Shard& shard_;
  };

  void deliver(ClientEnd& end, std::string_view bytes) override;
  [[nodiscard]] TestResponse answer_to(const TestRequest& request);
  /// How long a turn may wait before a slow reader has to read: `most` at most.
  [[nodiscard]] base::Duration until_next_read(base::Duration most);
  void read_slowly(MemoryPeer& peer);
  [[nodiscard]] bool is_anything_left();
  /// Runs one turn, for which the clock moves by `most` at most.
  void turn(base::Duration most);

  TestKernel kernel_;
  RecordingLog log_;
  std::string faults_;
  bool breach_was_thrown_ = false;
  bool is_busy_ = false;    ///< the last wait has ended for its number of turns
  bool is_inside_ = false;  ///< code of the application may run
  bool is_ending_ = false;  ///< the destructor runs, in which nothing is made to fail
  server::ServerCounters counters_;
  const server::Options options_;
  app::LogConnection app_log_;  ///< outlives the application, whose destructors may log
  const app::App app_;
  std::vector<std::unique_ptr<MemoryPeer>> peers_;  ///< each outlives its stream
  std::unique_ptr<loop::Loop> loop_;
  base::Endpoint endpoint_;
  server::Shard shard_;
  Drain drain_{shard_};
};

}  // namespace mastic::testing
