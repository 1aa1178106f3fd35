// Connections for tests of protocols: a loop on a scripted kernel, with a network and a clock that
// the test controls, and hosts that do what those of a server do.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/transfer_testing.h"
#include "mastic/net/protocol.h"
#include "mastic/net/socket_stream.h"

namespace mastic::net {

class TestedLoop;

/// A connection. When it is closed, its protocol is destroyed at the end of the turn.
class TestedHost final : public ProtocolHost {
 public:
  TestedHost(TestedLoop& server, base::Descriptor socket, const base::Endpoint& peer);
  ~TestedHost() { protocol_.reset(); }

  /// Begins to speak what `make` returns.
  void speak(const std::function<std::unique_ptr<Protocol>(ProtocolHost&)>& make) {
    protocol_ = make(*this);
    if (!stream_.start(*this)) return protocol_.reset();
    protocol_->start();
  }
  [[nodiscard]] Protocol* protocol() const { return protocol_.get(); }

  [[nodiscard]] Stream& stream() noexcept override { return stream_; }
  [[nodiscard]] const base::Endpoint& peer() const override { return peer_; }
  [[nodiscard]] loop::Loop& loop() const override;
  [[nodiscard]] ProtocolServer& server() const override;
  [[nodiscard]] bool is_draining() const override;
  void becomes_busy() override { is_idle = false; }
  void becomes_idle() override { is_idle = true; }
  void close() override {
    const std::uint64_t unsent = stream_.unsent();
    stream_.close();
    end(unsent);
  }
  void abort() override {
    const std::uint64_t unsent = stream_.unsent();
    stream_.abort();
    end(unsent);
  }

  void received(std::string_view bytes) noexcept override {
    if (protocol_) protocol_->received(bytes);
  }
  void received_end() noexcept override {
    if (protocol_) protocol_->received_end();
  }
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override {
    if (protocol_) protocol_->sent(taken, unsent);
  }
  void failed(int) noexcept override { close(); }

  const int fd;
  bool is_idle = true;

 private:
  struct Retired final : loop::Retirable {
    explicit Retired(std::unique_ptr<Protocol> gone) : protocol(std::move(gone)) {}
    std::unique_ptr<Protocol> protocol;
  };
  void end(std::uint64_t unsent);

  TestedLoop& server_;
  const base::Endpoint peer_;
  SocketStream stream_;
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<Retired> retired_ = std::make_unique<Retired>(nullptr);
};

/// A loop and what is on it, as a server would have it. Used with the system's kernel where a test
/// makes allocations fail, because a scripted kernel allocates itself.
class TestedLoop : public ProtocolServer {
 public:
  using MakeProtocol = std::function<std::unique_ptr<Protocol>(ProtocolHost&)>;

  TestedLoop(base::Kernel& with, std::unique_ptr<loop::Transfer> transfer)
      : loop(loop::Loop::open(with, std::move(transfer)).value()) {}
  virtual ~TestedLoop() {
    abort();
    turn(5);
    hosts.clear();
    turn();
  }

  /// Serves a connection.
  TestedHost& serve(base::Descriptor socket, const base::Endpoint& peer, const MakeProtocol& make) {
    hosts.push_back(std::make_unique<TestedHost>(*this, std::move(socket), peer));
    hosts.back()->speak(make);
    return *hosts.back();
  }
  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) (void)loop->turn(base::Duration::zero());
  }
  void drain() {
    draining = true;
    for (const auto& host : hosts) {
      if (host->protocol() != nullptr) host->protocol()->drain();
    }
  }
  /// Aborts all connections and what they have left running.
  void abort() {
    aborting = true;
    for (const auto& host : hosts) {
      if (host->protocol() != nullptr) host->abort();
    }
    tasks.for_each([](ProtocolTask& task) { task.abandon(); });
  }

  [[nodiscard]] base::Log& log() const override { return *log_to; }
  [[nodiscard]] base::Duration drain_timeout() const override { return std::chrono::seconds(30); }
  [[nodiscard]] bool is_aborting() const override { return aborting; }
  void task_begins(ProtocolTask& task) noexcept override { tasks.add(task); }
  void task_ended(ProtocolTask& task) noexcept override { tasks.remove(task); }
  void task_holds(ProtocolTask&, int) noexcept override {}
  void task_returned(ProtocolTask&) noexcept override {}

  mutable base::RecordingLog recorded;
  base::Log* log_to = &recorded;
  std::unique_ptr<loop::Loop> loop;
  ProtocolTaskList tasks;
  bool draining = false;
  bool aborting = false;
  std::vector<std::unique_ptr<TestedHost>> hosts;
};

/// The kernel of a TestedServer, which has to exist before the loop.
struct WithScriptedKernel {
  base::ScriptedKernel kernel;
};

/// A loop on a scripted kernel, with a network and a clock that the test controls.
class TestedServer final : public WithScriptedKernel, public TestedLoop {
 public:
  explicit TestedServer(loop::TransferKind transfer = loop::TransferKind::Syscall)
      : TestedLoop(kernel, loop::make_test_transfer(kernel, transfer)) {}

  /// Connects a client.
  TestedHost& connect(const MakeProtocol& make) {
    const int fd = kernel.make_socket();
    TestedHost& host = serve(base::Descriptor(kernel, fd), kernel.at(fd).peer, make);
    turn(3);
    return host;
  }
  /// Lets time pass as in a loop, which wakes at each timer.
  void pass(base::Duration time) {
    const base::Instant end = kernel.monotonic_now() + time;
    turn();
    while (kernel.monotonic_now() < end) {
      const base::Instant before = kernel.monotonic_now();
      (void)loop->turn(end - before);
      if (kernel.monotonic_now() == before) kernel.advance(std::chrono::milliseconds(1));
    }
    turn(3);
  }
};

inline TestedHost::TestedHost(TestedLoop& server, base::Descriptor socket,
                              const base::Endpoint& peer)
    : fd(socket.fd()), server_(server), peer_(peer), stream_(*server.loop, std::move(socket)) {}
inline loop::Loop& TestedHost::loop() const { return *server_.loop; }
inline ProtocolServer& TestedHost::server() const { return server_; }
inline bool TestedHost::is_draining() const { return server_.draining; }
inline void TestedHost::end(std::uint64_t unsent) {
  if (!retired_ || !protocol_) return;
  auto retired = std::move(retired_);
  protocol_->closed(unsent);
  retired->protocol = std::move(protocol_);
  server_.loop->retire(std::move(retired));
}

}  // namespace mastic::net
