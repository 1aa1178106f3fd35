// Socket servers that start, report faults and end while allocations fail.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "mastic/base/failing_allocations.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/runtime.h"
#include "mastic/sockets/blocking_connection.h"
#include "mastic/sockets/handler_fault.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/testing/failures.h"
#include "mastic/testing/socket_client.h"

namespace mastic::testing {
namespace {

using sockets::BlockingConnection;
using sockets::TcpServer;

struct SocketShortageTest : ::testing::Test {
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
    ASSERT_TRUE(runtime->start());
  }
  std::unique_ptr<TcpServer> make() {
    const auto echo = [](BlockingConnection& connection) {
      while (const auto line = connection.read_line()) connection.write(*line + "\n");
    };
    TcpServer::Options options{.threads = 4};
    options.stream.linger_timeout = std::chrono::milliseconds(5);
    auto server = std::make_unique<TcpServer>(echo, options, log);
    EXPECT_TRUE(server->listen("127.0.0.1:0"));
    return server;
  }

  base::RecordingLog log;
  std::unique_ptr<loop::Runtime> runtime =
      loop::Runtime::open({.loops = 2}, log, base::system_kernel()).value();
};

TEST_F(SocketShortageTest, FailsToStartWithoutMemoryAndLeavesOtherServersAlone) {
  const auto stays = make();
  ASSERT_TRUE(stays->start_on(*runtime));
  SocketClient of_stays(stays->addresses()[0]);
  const auto count = for_each_failure([&](Failures& failures) {
    const auto server = make();
    const auto started = failures.during([&] { return server->start_on(*runtime); });
    ASSERT_TRUE(started || started.error().message == "out of memory");
    ASSERT_EQ(of_stays.ask("here"), "here");
  });
  EXPECT_GT(count.allocations, 9u);
}

TEST_F(SocketShortageTest, ReportsAHandlerFaultWithoutMemory) {
  const sockets::FaultHook hook = [](const sockets::HandlerFault&) {};
  const auto tell = [&] {
    return sockets::tell_fault(
        hook, [] { return std::string("a peer whose name is as long as that text"); });
  };
  const auto count = for_each_failure([&](Failures& failures) {
    std::optional<std::string> left;
    try {
      throw std::runtime_error("a text that is too long for the room in a string");
    } catch (...) {
      left = failures.during(tell);
    }
    EXPECT_EQ(left,
              failures.has_failed() ? std::optional<std::string>("out of memory") : std::nullopt);
  });
  EXPECT_GT(count.allocations, 1u);
}

TEST_F(SocketShortageTest, EndsWithoutMemory) {
  for (const bool has_own : {true, false}) {
    for_each_failure([&](Failures& failures) {
      auto server = make();
      ASSERT_TRUE(has_own ? server->start() : server->start_on(*runtime));
      SocketClient client(server->addresses()[0]);
      ASSERT_EQ(client.ask("hello"), "hello");
      failures.during([&] { server.reset(); });
    });
  }
}

}  // namespace
}  // namespace mastic::testing
