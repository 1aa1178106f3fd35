#include "mastic/sockets/connect.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <string>

#include "mastic/async/context_testing.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/sockets/unix_server.h"

namespace mastic::sockets {
namespace {

using namespace std::chrono_literals;
using async::Task;
using base::system_kernel;

Task<> echo_bytes(Connection& connection) {
  while (const auto line = co_await connection.reader().read_line()) {
    const std::string answer = *line + "\n";
    co_await connection.writer().write(answer);
  }
}

Task<std::string> ask(std::unique_ptr<Connection> connection, std::string question) {
  question += '\n';
  co_await connection->writer().write(question);
  const auto answer = co_await connection->reader().read_line();
  co_return answer.value_or("(end)");
}
Task<std::string> ask_tcp(std::string address, std::string question, ConnectOptions options = {}) {
  std::unique_ptr<Connection> connection = co_await connect_tcp(address, options);
  co_return co_await ask(std::move(connection), std::move(question));
}
Task<std::string> ask_unix(std::string path, std::string question) {
  std::unique_ptr<Connection> connection = co_await connect_unix(path);
  co_return co_await ask(std::move(connection), std::move(question));
}

/// A client and a server on one loop.
struct ConnectTest : testing::TestWithParam<loop::TransferKind> {
  /// Returns the result of the task, or the message of its exception.
  std::string run(Task<std::string> task) {
    async::TestContext<std::string> context(*loop, std::move(task));
    while (!context.is_done()) loop->turn(1ms);
    try {
      return context.take();
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  template <class Server>
  void settle(Server& server) {
    server.abort();
    while (!server.has_settled()) loop->turn(1ms);
    for (int i = 0; i < 10; ++i) loop->turn(1ms);  // lets closed connections of the clients end
  }

  std::unique_ptr<loop::Loop> loop = loop::Loop::open(system_kernel(), GetParam()).value();
  base::RecordingLog log;
};

TEST_P(ConnectTest, TheTimeoutMayBeUnlimited) {
  TcpServer::Options for_ever;
  for_ever.drain_timeout = base::Duration::max();
  TcpServer server(echo_bytes, for_ever, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start_on(*loop));
  const std::string where = server.addresses()[0].to_string();
  EXPECT_EQ(run(ask_tcp(where, "hello", {.connect_timeout = base::Duration::max()})), "hello");
  settle(server);
}

TEST_P(ConnectTest, ConnectsToATcpServer) {
  for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
    TcpServer server(echo_bytes, {}, log);
    ASSERT_TRUE(server.listen(address));
    ASSERT_TRUE(server.start_on(*loop));
    const std::string where = server.addresses()[0].to_string();
    EXPECT_EQ(run(ask_tcp(where, "hello")), "hello");
    EXPECT_EQ(run(ask_tcp(where, std::string(50'000, 'x'))), std::string(50'000, 'x'));
    settle(server);
  }
}

TEST_P(ConnectTest, ConnectsToAUnixServer) {
  const std::string path = testing::TempDir() + "mastic-connect-" + std::to_string(getpid());
  UnixServer server(echo_bytes, {}, log);
  ASSERT_TRUE(server.listen(path));
  ASSERT_TRUE(server.start_on(*loop));
  EXPECT_EQ(run(ask_unix(path, "hello")), "hello");
  settle(server);
  EXPECT_EQ(run(ask_unix(path, "hello")),
            "cannot connect to unix:" + path + ": No such file or directory");
}

TEST_P(ConnectTest, AConnectionOfAClientIsClosedWhenItsLoopEnds) {
  std::promise<void> ended;
  TcpServer server(
      [&](Connection& connection) -> Task<> {
        co_await echo_bytes(connection);
        ended.set_value();
      },
      {}, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  EXPECT_EQ(run(ask_tcp(server.addresses()[0].to_string(), "hello")), "hello");
  loop.reset();  // without another turn
  EXPECT_EQ(ended.get_future().wait_for(10s), std::future_status::ready);
}

TEST_P(ConnectTest, SaysWhyItCannotConnect) {
  std::string where;
  {
    const auto listener =
        net::Listener::open(system_kernel(), *base::Address::parse("127.0.0.1:0"));
    where = listener->address().to_string();
  }
  EXPECT_EQ(run(ask_tcp(where, "?")), "cannot connect to " + where + ": Connection refused");
  EXPECT_NE(run(ask_tcp("example.org:80", "?")).find("example.org"), std::string::npos);
  EXPECT_NE(run(ask_tcp("unix:/tmp/s", "?")).find("connect_unix"), std::string::npos);
  ConnectOptions wrong;
  wrong.stream.max_read_bytes = 0;
  EXPECT_NE(run(ask_tcp(where, "?", wrong)).find("max_read_bytes"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(, ConnectTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

/// A client on a network that never answers.
struct ConnectingTest : testing::Test {
  class SilentKernel final : public base::ForwardingKernel {
   public:
    using ForwardingKernel::ForwardingKernel;
    int connect(int, const sockaddr*, unsigned) override { return -EINPROGRESS; }
  };
  void turn() {
    for (int i = 0; i < 6; ++i) loop->turn(0s);
  }

  base::ScriptedKernel network;
  SilentKernel kernel{network};
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  async::TestContext<std::string> context{*loop, ask_tcp("192.0.2.1:7", "?")};
};

TEST_F(ConnectingTest, GivesUpAfterTheTimeout) {
  turn();
  EXPECT_EQ(network.open_sockets(), 1u);
  network.advance(ConnectOptions().connect_timeout + 1ms);
  turn();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), ConnectError);
  EXPECT_EQ(network.open_sockets(), 0u);
}

TEST_F(ConnectingTest, MayBeCancelled) {
  turn();
  context.stop();
  turn();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), async::Cancelled);
  EXPECT_EQ(network.open_sockets(), 0u);
}

}  // namespace
}  // namespace mastic::sockets
