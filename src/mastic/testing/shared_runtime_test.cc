// A site and a socket server in one process, on one Runtime.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "mastic/async/task.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/runtime.h"
#include "mastic/server/server.h"
#include "mastic/sockets/connection.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/sockets/udp_server.h"
#include "mastic/testing/socket_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using base::system_kernel;

async::Task<> echo(sockets::Connection& connection) {
  while (const auto line = co_await connection.reader().read_line()) {
    const std::string answer = *line + "\n";
    co_await connection.writer().write(answer);
  }
}

async::Task<> twice(sockets::Datagram& question) {
  question.reply(std::string(question.bytes()) + std::string(question.bytes()));
  co_return;
}

/// The first line of the answer to a GET.
std::string get(const base::Address& address) {
  SocketClient client(address);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  return client.line();
}

TEST(SharedRuntime, SocketServersStandBesideASiteAndComeAndGo) {
  base::RecordingLog log;
  const auto runtime = loop::Runtime::open({.loops = 2}, log, system_kernel()).value();
  server::Server site(app::App([](app::Request&) { return "hello"; }), {.drain_idle = 20ms}, log,
                      system_kernel());
  ASSERT_TRUE(site.listen(*base::Address::parse("127.0.0.1:0")));
  ASSERT_TRUE(site.start_on(*runtime));
  ASSERT_TRUE(runtime->start());
  for (int times = 0; times < 3; ++times) {
    sockets::TcpServer lines(echo, {}, log);
    sockets::UdpServer datagrams(twice, {}, log);
    ASSERT_TRUE(lines.listen("127.0.0.1:0"));
    ASSERT_TRUE(datagrams.listen("127.0.0.1:0"));
    ASSERT_TRUE(lines.start_on(*runtime));
    ASSERT_TRUE(datagrams.start_on(*runtime));
    EXPECT_EQ(SocketClient(lines.addresses()[0]).ask("hello"), "hello");
    SocketClient asks(datagrams.addresses()[0], SocketClient::Kind::Datagrams);
    asks.send("ab");
    EXPECT_EQ(asks.datagram(), "abab");
    EXPECT_TRUE(get(site.addresses()[0]).starts_with("HTTP/1.1 200"));
    lines.drain();
    lines.wait();
    EXPECT_TRUE(lines.has_settled());
    EXPECT_TRUE(get(site.addresses()[0]).starts_with("HTTP/1.1 200"));
  }
}

}  // namespace
}  // namespace mastic::testing
