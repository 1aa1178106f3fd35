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

class TestedServer;

/// A connection. When it is closed, its protocol is destroyed at the end of the turn.
class TestedHost final : public ProtocolHost {
 public:
  TestedHost(TestedServer& server, int fd);
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

  TestedServer& server_;
  const base::Endpoint peer_;
  SocketStream stream_;
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<Retired> retired_ = std::make_unique<Retired>(nullptr);
};

/// The loop, and what is on it.
class TestedServer final : public ProtocolServer {
 public:
  explicit TestedServer(loop::TransferKind transfer = loop::TransferKind::Syscall)
      : loop(loop::Loop::open(kernel, loop::make_test_transfer(kernel, transfer)).value()) {}
  ~TestedServer() {
    abort();
    turn(5);
    hosts.clear();
    turn();
  }

  /// Connects a client.
  TestedHost& connect(const std::function<std::unique_ptr<Protocol>(ProtocolHost&)>& make) {
    auto host = std::make_unique<TestedHost>(*this, kernel.make_socket());
    TestedHost& connected = *hosts.emplace_back(std::move(host));
    connected.speak(make);
    turn(3);
    return connected;
  }
  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) (void)loop->turn(base::Duration::zero());
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

  [[nodiscard]] base::Log& log() const override { return log_; }
  [[nodiscard]] base::Duration drain_timeout() const override { return std::chrono::seconds(30); }
  [[nodiscard]] bool is_aborting() const override { return aborting; }
  void task_begins(ProtocolTask& task) noexcept override { tasks.add(task); }
  void task_ended(ProtocolTask& task) noexcept override { tasks.remove(task); }

  base::ScriptedKernel kernel;
  mutable base::RecordingLog log_;
  std::unique_ptr<loop::Loop> loop;
  ProtocolTaskList tasks;
  bool draining = false;
  bool aborting = false;
  std::vector<std::unique_ptr<TestedHost>> hosts;
};

inline TestedHost::TestedHost(TestedServer& server, int socket)
    : fd(socket),
      server_(server),
      peer_(server.kernel.at(socket).peer),
      stream_(*server.loop, base::Descriptor(server.kernel, socket)) {}
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
