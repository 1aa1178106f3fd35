#include "mastic/sockets/udp_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <string>
#include <thread>

#include "mastic/async/sleep.h"
#include "mastic/base/failures.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/net/socket_address.h"

namespace mastic::sockets {
namespace {

using namespace std::chrono_literals;
using async::Task;
using base::system_kernel;

Task<> echo_datagram(Datagram& datagram) {
  if (datagram.bytes() == "sleep") co_await async::sleep_for(1s);
  if (datagram.bytes() == "throw") throw std::runtime_error("as it was told");
  datagram.reply(datagram.bytes());
}

/// A server on a loop that the test drives, with a scripted network.
struct UdpServerTest : testing::Test {
  ~UdpServerTest() override { stop(); }
  void start(DatagramHandler handler = echo_datagram) {
    server = std::make_unique<UdpServer>(std::move(handler), options, log, kernel);
    ASSERT_TRUE(server->listen("127.0.0.1:3700"));
    const auto started = server->start_on(*loop);
    ASSERT_TRUE(started) << started.error().message;
  }
  void stop() {
    if (!server) return;
    server->abort();
    turn();
    EXPECT_TRUE(server->has_settled());
    server.reset();
  }
  /// The server's socket.
  base::ScriptedKernel::Socket& socket() { return kernel.at(fd); }
  void turn(int times = 6) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  void pass(base::Duration time) {
    kernel.advance(time);
    turn();
  }

  base::ScriptedKernel kernel;
  base::RecordingLog log;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  const int fd = kernel.make_socket() + 1;  ///< descriptors are numbered in order
  DatagramServerOptions options;
  std::unique_ptr<UdpServer> server;
};

TEST_F(UdpServerTest, AnswersDatagramsInBatches) {
  start();
  for (int i = 0; i < 40; ++i) socket().datagrams.push_back(std::to_string(i));
  turn(10);
  EXPECT_EQ(socket().replies.size(), 40u);
  EXPECT_LE(kernel.calls("recvmmsg"), 4);
  EXPECT_EQ(server->statistics().received, 40u);
  EXPECT_EQ(server->statistics().replied, 40u);
  EXPECT_EQ(server->statistics().handling, 0u);
}

TEST_F(UdpServerTest, HandlesAnEmptyDatagram) {
  start();
  socket().datagrams = {""};
  turn();
  EXPECT_EQ(socket().replies, std::vector<std::string>{""});
}

TEST_F(UdpServerTest, DropsDatagramsThatAreTooLong) {
  options.max_datagram_bytes = 10;
  start();
  socket().datagrams = {std::string(11, 'x'), std::string(10, 'y')};
  turn();
  EXPECT_EQ(socket().replies, std::vector<std::string>{std::string(10, 'y')});
  EXPECT_EQ(server->statistics().dropped, 1u);
}

TEST_F(UdpServerTest, LeavesDatagramsBeyondTheMaximumToTheKernel) {
  options.max_handling = 2;
  start();
  socket().datagrams = {"sleep", "sleep", "later"};
  turn();
  EXPECT_EQ(socket().datagrams.size(), 1u);
  EXPECT_EQ(server->statistics().handling, 2u);
  pass(1s + 1ms);
  EXPECT_EQ(socket().replies, (std::vector<std::string>{"sleep", "sleep", "later"}));
}

TEST_F(UdpServerTest, AHandlerThatThrowsDoesNotAffectOthers) {
  start();
  socket().datagrams = {"throw", "throw", "x"};
  turn();
  EXPECT_EQ(socket().replies, std::vector<std::string>{"x"});
  EXPECT_EQ(server->statistics().failed, 2u);
  ASSERT_EQ(log.lines.size(), 1u) << "at most one failure per second is logged";
  EXPECT_EQ(log.lines[0],
            "error app: the handler of a datagram failed: as it was told  client=127.0.0.1:40000");
}

TEST_F(UdpServerTest, SaysIfTheSystemRefusesAReply) {
  bool taken = true;
  start([&taken](Datagram& datagram) -> Task<> {
    taken = datagram.reply("x");
    co_return;
  });
  kernel.fail("sendmsg", 1, ENOBUFS);
  socket().datagrams = {"?"};
  turn();
  EXPECT_FALSE(taken);
  EXPECT_EQ(server->statistics().unsent, 1u);
}

TEST_F(UdpServerTest, ADrainWaitsForHandlersAndThenCancelsThem) {
  options.drain_timeout = 500ms;
  start();
  socket().datagrams = {"sleep"};
  turn();
  server->drain();
  turn();
  socket().datagrams = {"too late"};
  pass(499ms);
  EXPECT_FALSE(server->has_settled());
  pass(2ms);
  EXPECT_TRUE(server->has_settled());
  EXPECT_TRUE(socket().replies.empty());
}

TEST_F(UdpServerTest, SurvivesTheFailureOfEverySingleCall) {
  start();
  const auto run = [&](base::Failures& failures) {
    failures.fail_in(kernel);
    socket().datagrams = {"x", "y"};
    failures.during([&] { turn(10); });
    socket().replies.clear();
    socket().datagrams = {"z", "z"};  // a reply may be the one that fails
    failures.during([&] { pass(100ms); });
    EXPECT_FALSE(socket().replies.empty()) << failures.text();
  };
  const auto count = base::for_each_failure(run, {.allocations = false, .errors = {ENOMEM}});
  EXPECT_GE(count.calls, 19u);
}

TEST_F(UdpServerTest, SaysWhyItCannotListenOrStart) {
  UdpServer other(echo_datagram, {}, log, kernel);
  EXPECT_FALSE(other.listen("unix:/tmp/s"));
  EXPECT_FALSE(other.listen("example.org:37"));
  for (const DatagramServerOptions& wrong :
       {DatagramServerOptions{.max_datagram_bytes = 0},
        DatagramServerOptions{.max_datagram_bytes = 70'000},
        DatagramServerOptions{.max_handling = 0}, DatagramServerOptions{.threads = 0},
        DatagramServerOptions{.threads = 10'001}, DatagramServerOptions{.drain_timeout = 0s}}) {
    EXPECT_FALSE(UdpServer(echo_datagram, wrong, log, kernel).start());
  }
}

// ---- on real sockets ----

class DatagramClient {
 public:
  explicit DatagramClient(const base::Address& address) {
    net::SocketAddress where(address);
    socket_ =
        base::Descriptor(system_kernel(), system_kernel().socket(where.family(), SOCK_DGRAM, 0));
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    system_kernel().setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(system_kernel().connect(socket_.fd(), where.data(), *where.size()), 0);
  }
  void send(std::string_view text) {
    system_kernel().send(socket_.fd(), text.data(), text.size(), 0);
  }
  std::string receive() {
    char buffer[2048];
    ssize_t got = -EINTR;  // a signal interrupts a receive that has a timeout
    while (got == -EINTR) got = system_kernel().recv(socket_.fd(), buffer, sizeof buffer, 0);
    return got < 0 ? "error " + base::describe_number(static_cast<int>(-got))
                   : std::string(buffer, static_cast<std::size_t>(got));
  }
  std::string ask(std::string_view text) {
    send(text);
    return receive();
  }

 private:
  base::Descriptor socket_;
};

TEST(UdpServer, ServesManyClientsOnSeveralLoops) {
  base::RecordingLog log;
  UdpServer server(echo_datagram, {.loop = {.loops = 2}}, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      DatagramClient client(server.addresses()[0]);
      for (int i = 0; i < 50; ++i) {
        const std::string text = std::to_string(c) + "/" + std::to_string(i);
        right += client.ask(text) == text ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 400);
}

/// The real system, on which IPv6 sockets also accept IPv4. Records from which address a reply is
/// sent.
class DualStackKernel final : public base::ForwardingKernel {
 public:
  DualStackKernel() : ForwardingKernel(system_kernel()) {}
  int setsockopt(int fd, int level, int name, const void* value, unsigned size) override {
    const int off = 0;
    const bool is_v6_only = level == IPPROTO_IPV6 && name == IPV6_V6ONLY;
    return ForwardingKernel::setsockopt(fd, level, name, is_v6_only ? &off : value, size);
  }
  ssize_t sendmsg(int fd, const msghdr& message, int flags) override {
    DatagramPath path;
    path.read_local(message);
    source = path.local;
    return ForwardingKernel::sendmsg(fd, message, flags);
  }
  base::IpAddress source;  ///< of the last reply; to be read when the server has ended
};

TEST(UdpServer, RepliesFromTheAddressThatWasAsked) {
  struct Case {
    std::string_view bound;
    std::string_view asked;
  };
  for (const Case& each : {Case{"0.0.0.0:0", "127.0.0.2"}, Case{"0.0.0.0:0", "127.0.0.1"},
                           Case{"[::]:0", "::1"}, Case{"[::]:0", "127.0.0.2"}}) {
    SCOPED_TRACE(std::string(each.bound) + " asked at " + std::string(each.asked));
    base::RecordingLog log;
    DualStackKernel kernel;
    UdpServer server(echo_datagram, {.loop = {.loops = 1}}, log, kernel);
    ASSERT_TRUE(server.listen(each.bound));
    ASSERT_TRUE(server.start());
    const base::IpAddress asked = *base::IpAddress::parse(each.asked);
    // Connected, so that the system drops datagrams from any other address.
    DatagramClient client(base::Address({asked, server.addresses()[0].endpoint().port}));
    EXPECT_EQ(client.ask("who is there?"), "who is there?");
    server.drain();
    server.wait();
    EXPECT_EQ(kernel.source, asked);
  }
}

TEST(UdpServer, BlockingHandlersRunOnThreads) {
  base::RecordingLog log;
  std::latch both(2);
  UdpServer server(
      [&both](Datagram& datagram) {
        both.arrive_and_wait();  // so they run at once
        datagram.reply(datagram.bytes());
      },
      {.loop = {.loops = 1}, .threads = 2}, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  DatagramClient one(server.addresses()[0]), two(server.addresses()[0]);
  one.send("1");
  two.send("2");
  EXPECT_EQ(one.receive(), "1");
  EXPECT_EQ(two.receive(), "2");
}

TEST(UdpServer, AbortDropsDatagramsThatWaitForAThread) {
  base::RecordingLog log;
  std::latch begun(1), released(1);
  std::atomic<int> ran{0};
  UdpServer server(
      [&](Datagram&) {
        ++ran;
        begun.count_down();
        released.wait();
      },
      {.loop = {.loops = 1}, .threads = 1}, log);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  DatagramClient client(server.addresses()[0]);
  client.send("1");
  begun.wait();
  client.send("2");
  while (server.statistics().handling < 2) std::this_thread::yield();
  server.abort();
  while (server.statistics().handling > 1) std::this_thread::yield();
  released.count_down();
  server.wait();
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace mastic::sockets
