// A server on real sockets and threads, for tests of handlers that hold threads.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"

namespace mastic::server {

/// Handlers wait here until the test opens the gate.
class Gate {
 public:
  void pass() {
    ++inside_;
    gate_.acquire();
  }
  void open(int times = 1) { gate_.release(times); }
  [[nodiscard]] int inside() const { return inside_; }

 private:
  std::atomic<int> inside_{0};
  std::counting_semaphore<> gate_{0};
};

/// A server with one loop, so that a handler that holds it is noticed.
struct HandlerThreadTest : testing::TestWithParam<loop::TransferKind> {
  HandlerThreadTest() {
    options.loop.loops = 1;
    options.loop.transfer = GetParam();
    options.linger_idle = options.drain_idle = std::chrono::milliseconds(20);
  }
  void start(app::App app) {
    server = std::make_unique<Server>(std::move(app), options, log, base::system_kernel());
    server->when_too_many_lost([this] { recycled = true; });
    server->observe_rejections([this](const app::RejectedRequest&) { ++refusals; });
    ASSERT_TRUE(server->listen(*base::Address::parse("127.0.0.1:0")));
    ASSERT_TRUE(server->start());
  }
  [[nodiscard]] Client connect() const { return Client(server->addresses()[0]); }
  [[nodiscard]] base::PoolReport pool() const { return server->watch().pool(); }
  /// The role of a thread, or nullopt when the thread does not belong to the server.
  [[nodiscard]] std::optional<base::ThreadRole> role_of(int thread) const {
    const auto threads = server->watch().threads();
    const auto found = std::ranges::find(threads, thread, &base::ThreadReport::thread);
    return found == threads.end() ? std::nullopt : std::optional(found->role);
  }
  static void wait_until(const std::function<bool()>& is_so) {
    while (!is_so()) std::this_thread::yield();
  }
  void wait_for_log(std::string_view words) {
    wait_until([&] { return log.text().find(words) != std::string::npos; });
  }

  Options options;
  RecordingLog log;
  std::atomic<bool> recycled{false};
  std::atomic<int> refusals{0};
  Gate gate;  // declared before the server, whose handlers wait there, so that it outlives them
  std::unique_ptr<Server> server;
};

inline auto both_transfers() {
  return testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring);
}
inline std::string transfer_name(const testing::TestParamInfo<loop::TransferKind>& each) {
  return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
}

}  // namespace mastic::server
