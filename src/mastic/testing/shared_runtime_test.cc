// A site and socket servers that share one Runtime in one process.

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <semaphore>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/async/task.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/runtime.h"
#include "mastic/routing/router.h"
#include "mastic/server/server.h"
#include "mastic/sockets/blocking_connection.h"
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

/// Sends a GET request and returns the first line of its answer.
std::string get(const base::Address& address, std::string_view path = "/") {
  SocketClient client(address);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  return client.line();
}

TEST(SharedRuntime, SocketServersStartAndEndBesideASite) {
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

TEST(SharedRuntime, ConnectionsThatHoldThreadsLeaveASiteItsWorkers) {
  base::RecordingLog log;
  const auto runtime =
      loop::Runtime::open({.loops = 2, .threads = {.workers = 1}}, log, system_kernel()).value();
  std::counting_semaphore<> gate(0);
  std::latch inside(1);
  routing::Router pages;
  pages.get("/quick", [] { return "quick"; });
  pages.get("/block", app::blocking, [] { return "blocked"; });
  pages.get("/hold", app::blocking, [&] {
    inside.count_down();
    gate.acquire();
    return "held";
  });
  server::Server site(app::App(std::move(pages)), {.drain_idle = 20ms, .queue_timeout = 50ms}, log,
                      system_kernel());
  ASSERT_TRUE(site.listen(*base::Address::parse("127.0.0.1:0")));
  sockets::TcpServer lines(
      [](sockets::BlockingConnection& connection) {
        while (const auto line = connection.read_line()) connection.write(*line + "\n");
      },
      {.threads = 2}, log);
  ASSERT_TRUE(lines.listen("127.0.0.1:0"));
  ASSERT_TRUE(site.start_on(*runtime));
  ASSERT_TRUE(lines.start_on(*runtime));
  ASSERT_TRUE(runtime->start());
  SocketClient one(lines.addresses()[0]), other(lines.addresses()[0]);
  EXPECT_EQ(one.ask("1"), "1");
  EXPECT_EQ(other.ask("2"), "2");
  const base::Address address = site.addresses()[0];
  EXPECT_EQ(get(address, "/block"), "HTTP/1.1 200 OK\r") << "the site still has its worker";
  SocketClient holds(address);
  holds.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  inside.wait();
  EXPECT_EQ(get(address, "/block"), "HTTP/1.1 503 Service Unavailable\r")
      << "now the only worker is busy";
  EXPECT_EQ(get(address, "/quick"), "HTTP/1.1 200 OK\r");
  EXPECT_EQ(one.ask("3"), "3");
  gate.release();
  EXPECT_TRUE(holds.line().starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace mastic::testing
