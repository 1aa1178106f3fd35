// Tests of the on_error hook with every kind of server.

#include "mastic/sockets/handler_fault.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/log_testing.h"
#include "mastic/base/temp_tree.h"
#include "mastic/net/socket_address.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/sockets/udp_server.h"
#include "mastic/sockets/unix_server.h"

namespace mastic::sockets {
namespace {

using async::Task;

/// Records what the hook is told, on any thread.
struct Told {
  FaultHook hook() {
    return [this](const HandlerFault& fault) {
      const std::lock_guard lock(mutex);
      try {
        std::rethrow_exception(fault.exception);
      } catch (const std::invalid_argument&) {
        ++invalid;
      } catch (...) {
      }
      texts.emplace_back(fault.text);
      peers.emplace_back(fault.peer);
    };
  }
  std::mutex mutex;
  int invalid = 0;
  std::vector<std::string> texts;
  std::vector<std::string> peers;
};

Task<> fail(Connection& connection) {
  (void)co_await connection.reader().read();
  throw std::invalid_argument("no such word");
}
void fail_blocking(BlockingConnection& connection) {
  (void)connection.read_line();
  throw std::invalid_argument("no such word");
}

/// Connects to `server`, sends a line, and waits until its handler has failed.
template <class Server>
void make_fail(Server& server) {
  net::SocketAddress to(server.addresses()[0]);
  const int fd = ::socket(to.family(), SOCK_STREAM, 0);
  ASSERT_EQ(::connect(fd, to.data(), *to.size()), 0);
  ASSERT_EQ(::send(fd, "x\n", 2, MSG_NOSIGNAL), 2);
  while (server.statistics().failed == 0) std::this_thread::yield();
  ::close(fd);
  server.drain();
  server.wait();
}

TEST(HandlerFault, GoesToTheHookInsteadOfTheLog) {
  for (const ConnectionHandler& handler :
       {ConnectionHandler(fail), ConnectionHandler(fail_blocking)}) {
    base::RecordingLog log;
    Told told;
    TcpServer server(handler, {.loop = {.loops = 1}}, log);
    server.on_error(told.hook());
    ASSERT_TRUE(server.listen("127.0.0.1:0"));
    ASSERT_TRUE(server.start());
    make_fail(server);
    EXPECT_EQ(told.texts, std::vector<std::string>{"no such word"});
    EXPECT_EQ(told.invalid, 1);
    ASSERT_EQ(told.peers.size(), 1u);
    EXPECT_TRUE(told.peers[0].starts_with("127.0.0.1:")) << told.peers[0];
    EXPECT_EQ(log.text(), "");
  }
}

TEST(HandlerFault, GoesToTheLogWithoutAHook) {
  base::RecordingLog log;
  TcpServer server(ConnectionHandler(fail), {.loop = {.loops = 1}}, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  make_fail(server);
  EXPECT_NE(log.text().find(
                "error app: the handler of a connection failed: no such word  client=127.0.0.1:"),
            std::string::npos)
      << log.text();
}

TEST(HandlerFault, NamesAUnixPeerWithoutAnAddress) {
  const base::TempTree tree;
  base::RecordingLog log;
  Told told;
  {
    UnixServer server(ConnectionHandler(fail), {.loop = {.loops = 1}}, log);
    server.on_error(told.hook());
    ASSERT_TRUE(server.listen(tree.path_of("socket")));
    ASSERT_TRUE(server.start());
    make_fail(server);
  }
  EXPECT_EQ(told.peers, std::vector<std::string>{"unix"});
}

TEST(HandlerFault, TellsTheHookOfEveryDatagram) {
  base::RecordingLog log;
  Told told;
  UdpServer server([](Datagram&) { throw std::invalid_argument("no such word"); },
                   {.loop = {.loops = 1}}, log);
  server.on_error(told.hook());
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  net::SocketAddress to(server.addresses()[0]);
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(::sendto(fd, "x", 1, 0, to.data(), *to.size()), 1);
  }
  while (server.statistics().failed < 3) std::this_thread::yield();
  ::close(fd);
  server.drain();
  server.wait();
  EXPECT_EQ(told.invalid, 3);
  EXPECT_EQ(log.text(), "");
}

TEST(HandlerFault, IsLoggedTogetherWithAnExceptionOfTheHook) {
  base::RecordingLog log;
  TcpServer server(ConnectionHandler(fail), {.loop = {.loops = 1}}, log);
  server.on_error([](const HandlerFault&) { throw std::runtime_error("no way to report it"); });
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  make_fail(server);
  EXPECT_NE(log.text().find("no such word; and the on_error hook failed: no way to report it"),
            std::string::npos)
      << log.text();
}

TEST(HandlerFault, DoesNotIncludeFaultsThatAPeerCauses) {
  base::RecordingLog log;
  Told told;
  TcpServer server(ConnectionHandler([](Connection& connection) -> Task<> {
                     (void)co_await connection.reader().read_exactly(100);
                   }),
                   {.loop = {.loops = 1}}, log);
  server.on_error(told.hook());
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  net::SocketAddress to(server.addresses()[0]);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(fd, to.data(), *to.size()), 0);
  ASSERT_EQ(::send(fd, "x", 1, 0), 1);
  ::close(fd);
  while (server.statistics().broken == 0) std::this_thread::yield();
  server.drain();
  server.wait();
  EXPECT_TRUE(told.texts.empty());
}

}  // namespace
}  // namespace mastic::sockets
