// The way that the requests of a test's client take to a server, and that the answers take back.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/ip_address.h"
#include "mastic/base/kernel.h"
#include "mastic/base/units.h"
#include "mastic/testing/expected_errors.h"
#include "mastic/testing/network_faults.h"

namespace mastic::testing {

/// The client's end of a connection.
struct ClientEnd {
  ClientEnd() = default;
  ClientEnd(const ClientEnd&) = delete;
  ClientEnd& operator=(const ClientEnd&) = delete;
  virtual ~ClientEnd() = default;

  std::string received;  ///< the bytes that have come; their reader removes them
  bool reads = true;     ///< false: the client takes nothing more for now
  bool ended = false;    ///< nothing more will come
  bool aborted = false;  ///< the server has reset the connection

  NetworkFaults faults;     ///< how the connection misbehaves
  std::uint64_t sent = 0;   ///< how many bytes the client has sent
  std::uint64_t came = 0;   ///< how many bytes have come
  bool has_left = false;    ///< the client has left, as `faults` say
  base::Instant next_read;  ///< before this time a slow reader takes nothing
};

/// A client that has something to do whenever bytes may have come, whatever the test waits for: a
/// WebSocket answers pings.
class TurnWatcher {
 public:
  virtual void turn_ended() = 0;

 protected:
  ~TurnWatcher() = default;
};

/// Carries bytes between a test's client and a server: in memory within the process (MemoryCarrier),
/// or over sockets to any server (SocketCarrier). A client speaks HTTP and WebSocket itself, so it is
/// the same over each carrier. All calls must come from one thread at a time.
class Carrier {
 public:
  Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;

  /// Opens a connection. Its end lives as long as the carrier. Throws std::logic_error when there is
  /// no server.
  virtual ClientEnd& connect() = 0;
  /// The client leaves without a word: it ends its side of the connection.
  virtual void leave(ClientEnd& end) = 0;
  /// The client leaves with a reset.
  virtual void reset(ClientEnd& end) = 0;
  /// The client reads again, after `reads` was false.
  virtual void read_on(ClientEnd& end) = 0;

  /// Waits until `done` returns true. Returns false when it has not after the patience of this
  /// carrier.
  [[nodiscard]] virtual bool run_until(const std::function<bool()>& done) = 0;
  /// Lets the server do what it can do at once, so that a test sees what its handlers have done.
  virtual void run_ready() = 0;
  /// Lets exchanges end whose answers have been received, so that a test sees what on_finish hooks
  /// have done.
  virtual void finish_exchanges() = 0;
  /// Whether the server has nothing more to say on this connection, as far as can be known.
  [[nodiscard]] virtual bool is_quiet(const ClientEnd& end) = 0;
  /// How long `run_until` waits, in words for a message.
  [[nodiscard]] virtual std::string_view patience() const = 0;

  /// Lets `time` pass for the server.
  virtual void pass(base::Duration time) = 0;
  /// The clock of the server, as far as the test knows it.
  [[nodiscard]] virtual base::Kernel& clock() = 0;
  /// Sets the time of day. Throws std::logic_error when the test has no say over the clock.
  virtual void set_time(base::WallTime time) = 0;
  /// Begins the drain of the server after the time `in`. Throws std::logic_error when the test has
  /// no say over the server.
  virtual void drain(base::Duration in) = 0;
  /// Makes new connections come from `endpoint`. Throws std::logic_error where they cannot.
  virtual void set_endpoint(const base::Endpoint& endpoint) = 0;

  /// Throws std::logic_error if the application has broken its contract, as far as the carrier sees
  /// it.
  virtual void check_contract() {}
  /// Takes the errors that were logged since the last call; none when the log is another process's.
  [[nodiscard]] virtual std::vector<std::string> take_errors() { return {}; }
  /// The log so far, with messages of every level; empty when it is another process's.
  [[nodiscard]] virtual const std::vector<std::string>& log() const = 0;
  /// The host, and perhaps the port, that requests name: "test.example", "127.0.0.1:8080".
  [[nodiscard]] virtual const std::string& authority() const = 0;

  /// Waits until `done` returns true. Throws std::logic_error when `what`, such as "answer", does
  /// not come.
  void wait_for(const std::function<bool()>& done, std::string_view what);
  /// Waits like that. Also throws std::logic_error with the text of `fault`, in which a TurnWatcher
  /// says what the server has done wrong, as soon as it is not empty.
  void wait_for(const std::function<bool()>& done, std::string_view what, const std::string& fault);
  /// Opens a connection that misbehaves like this.
  ClientEnd& connect(const NetworkFaults& faults);
  /// Sends bytes, as far as the server takes them and the faults of the connection let it.
  void send(ClientEnd& end, std::string_view bytes);
  /// Sends a request: the head first and then the content, as any client may, so that a handler that
  /// forgets to wait for its content fails in tests.
  void send_request(ClientEnd& end, std::string_view bytes);

  /// From now on, errors whose line contains `part` may be logged.
  void expect_errors(std::string_view part) { expected_errors_.add(part); }
  /// What the server leaves behind in this process at its end is no failure.
  void expect_leaks() { expects_leaks_ = true; }
  [[nodiscard]] bool expects_leaks() const { return expects_leaks_; }
  /// Throws std::logic_error if an error was logged that is not expected.
  void check_errors();

  /// Expires when this carrier is destroyed, for what may outlive it.
  [[nodiscard]] std::weak_ptr<const void> life() const { return life_; }

  /// Calls `watcher` whenever bytes may have come, until it is removed.
  void add(TurnWatcher& watcher) { watchers_.push_back(&watcher); }
  void remove(TurnWatcher& watcher) { std::erase(watchers_, &watcher); }

 protected:
  /// Passes bytes to the server.
  virtual void deliver(ClientEnd& end, std::string_view bytes) = 0;
  /// Calls the watchers.
  void turn_has_ended();
  /// Leaves if the faults of the connection say so by now.
  void leave_if_told(ClientEnd& end);

 private:
  std::vector<TurnWatcher*> watchers_;
  bool calls_watchers_ = false;
  ExpectedErrors expected_errors_;
  bool expects_leaks_ = false;
  const std::shared_ptr<const void> life_ = std::make_shared<int>();
};

}  // namespace mastic::testing
