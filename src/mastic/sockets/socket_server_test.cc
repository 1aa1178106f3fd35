// Tests of servers of connections with real sockets and threads.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/base/log_testing.h"
#include "mastic/net/socket_address.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/sockets/unix_server.h"

namespace mastic::sockets {
namespace {

using namespace std::chrono_literals;
using async::Task;
using base::system_kernel;

/// A simple client that blocks.
class Client {
 public:
  explicit Client(const base::Address& address) {
    net::SocketAddress where(address);
    socket_ =
        base::Descriptor(system_kernel(), system_kernel().socket(where.family(), SOCK_STREAM, 0));
    connected_ = system_kernel().connect(socket_.fd(), where.data(), *where.size()) == 0;
  }
  [[nodiscard]] bool is_connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          system_kernel().send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Receives a line, or what came before the end of the stream.
  std::string line() {
    std::size_t end = unread_.find('\n');
    char buffer[65536];
    while (end == unread_.npos) {
      const ssize_t got = system_kernel().recv(socket_.fd(), buffer, sizeof buffer, 0);
      if (got <= 0) {
        has_ended_ = true;
        return std::exchange(unread_, {});
      }
      const std::size_t before = unread_.size();
      unread_.append(buffer, static_cast<std::size_t>(got));
      end = unread_.find('\n', before);
    }
    std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
  }
  std::string ask(const std::string& text) {
    send(text + "\n");
    return line();
  }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  void end() { system_kernel().shutdown(socket_.fd(), SHUT_WR); }

 private:
  base::Descriptor socket_;
  bool connected_ = false;
  bool has_ended_ = false;
  std::string unread_;
};

Task<> echo(Connection& connection) {
  while (const auto line = co_await connection.reader().read_line()) {
    const std::string answer = *line + "\n";
    co_await connection.writer().write(answer);
  }
}

void blocking_echo(BlockingConnection& connection) {
  while (const auto line = connection.read_line()) connection.write(*line + "\n");
}

struct SocketServerTest : testing::TestWithParam<loop::TransferKind> {
  SocketServerTest() {
    options.loop.transfer = GetParam();
    options.loop.loops = 2;
    options.stream.linger_timeout = 20ms;
  }
  base::Address start(ConnectionHandler handler) {
    server = std::make_unique<TcpServer>(std::move(handler), options, log);
    EXPECT_TRUE(server->listen("127.0.0.1:0"));
    const auto started = server->start();
    EXPECT_TRUE(started) << started.error().message;
    return server->addresses()[0];
  }
  void serves_many(ConnectionHandler handler, int most) {
    const base::Address address = start(std::move(handler));
    std::vector<std::thread> clients;
    std::atomic<int> right{0};
    for (int c = 0; c < most; ++c) {
      clients.emplace_back([&, c] {
        Client client(address);
        for (int i = 0; i < 20; ++i) {
          const std::string text = std::to_string(c) + "/" + std::to_string(i);
          right += client.ask(text) == text ? 1 : 0;
        }
      });
    }
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(right, most * 20);
    server->drain();
    server->wait();
    EXPECT_EQ(server->statistics().accepted, static_cast<std::uint64_t>(most));
    EXPECT_EQ(server->statistics().open, 0u);
  }

  base::RecordingLog log;
  StreamServerOptions options;
  std::unique_ptr<TcpServer> server;
};

TEST_P(SocketServerTest, ServesManyClientsByTasks) { serves_many(echo, 30); }
TEST_P(SocketServerTest, ServesManyClientsWhenAnotherThreadTakesOverAtEveryJob) {
  options.loop.loops = 1;
  options.loop.threads.hand_off = loop::Scheduler::HandOff::Always;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  serves_many(
      [&](Connection& connection) -> Task<> {
        while (const auto line = co_await connection.reader().read_line()) {
          {
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
          }
          const std::string answer = *line + "\n";
          co_await connection.writer().write(answer);
        }
      },
      10);
  EXPECT_GT(threads.size(), 1u);
}
TEST_P(SocketServerTest, ServesManyClientsByThreads) { serves_many(blocking_echo, 20); }

TEST_P(SocketServerTest, LoopsContinueWhileTasksHoldAllThreads) {
  options.loop.loops = 1;
  options.loop.threads.workers = 1;
  std::counting_semaphore<> gate(0);
  struct Handler {
    Task<> operator()(Connection& connection) const {
      const auto line = co_await connection.reader().read_line();
      if (line && *line == "block") gate.acquire();
      const std::string answer = *line + "\n";
      co_await connection.writer().write(answer);
    }
    std::counting_semaphore<>& gate;
  };
  const base::Address address = start(Handler{gate});
  std::vector<Client> blocked;
  for (int i = 0; i < 8; ++i) {
    blocked.emplace_back(address);
    blocked.back().send("block\n");
  }
  Client last(address);
  last.send("last\n");
  while (server->statistics().accepted < 9) std::this_thread::yield();  // its loop is not stuck
  gate.release(8);
  EXPECT_EQ(last.line(), "last");
  for (Client& client : blocked) EXPECT_EQ(client.line(), "block");
  server->drain();
  server->wait();
}

TEST_P(SocketServerTest, SpreadsConnectionsOverLoops) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const base::Address address = start([&](Connection& connection) -> Task<> {
    while (const auto line = co_await connection.reader().read_line()) {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      const std::string answer = *line + "\n";
      co_await connection.writer().write(answer);
    }
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<Client>(address));
    EXPECT_EQ(clients.back()->ask("x"), "x");
  }
  clients.clear();
  server.reset();
  EXPECT_GE(threads.size(), 2u);
}

TEST_P(SocketServerTest, LimitsBlockingConnectionsToTheNumberOfThreads) {
  options.threads = 2;
  options.when_full = Admission::Refuse;
  const base::Address address = start(blocking_echo);
  Client first(address), second(address);
  EXPECT_EQ(first.ask("1"), "1");
  EXPECT_EQ(second.ask("2"), "2");
  Client third(address);
  EXPECT_EQ(third.line(), "");
  EXPECT_TRUE(third.has_ended());
  first.end();
  EXPECT_EQ(first.line(), "");
  while (server->statistics().open > 1) std::this_thread::yield();
  Client fourth(address);
  EXPECT_EQ(fourth.ask("4"), "4");
}

TEST_P(SocketServerTest, ConnectionsBeyondTheThreadsWait) {
  options.threads = 1;
  const base::Address address = start(blocking_echo);
  auto first = std::make_unique<Client>(address);
  EXPECT_EQ(first->ask("1"), "1");
  Client second(address);
  second.send("2\n");
  first.reset();
  EXPECT_EQ(second.line(), "2");
}

TEST_P(SocketServerTest, ABlockingHandlerSupportsAllReadsAndWrites) {
  const base::Address address = start([](BlockingConnection& connection) {
    connection.set_max_read_bytes(10);
    const auto word = connection.read_until(";");
    const auto four = connection.read_exactly(4);
    connection.write("[" + word.value_or("") + "][" + four.value_or("") + "]");
    connection.flush();
    try {
      (void)connection.read_line();
    } catch (const StreamError& error) {
      connection.write(error.fault() == StreamFault::TooLong ? "[too long]" : "[?]");
    }
    connection.write("[" + connection.read().value_or("") + "]\n");
    connection.shut_write();
    while (connection.read()) {
    }
  });
  Client client(address);
  client.send("one;fouraaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(client.line(), "[one][four][too long][aaaaaaaaaaaaaaaaaaaa]");
}

TEST_P(SocketServerTest, ABlockingHandlerThatThrowsDoesNotAffectOthers) {
  const base::Address address = start([](BlockingConnection& connection) {
    while (const auto line = connection.read_line()) {
      if (*line == "throw") throw std::runtime_error("as it was told");
      connection.write(*line + "\n");
    }
  });
  Client other(address), failing(address);
  EXPECT_EQ(failing.ask("throw"), "");
  EXPECT_TRUE(failing.has_ended());
  EXPECT_EQ(other.ask("still here"), "still here");
  EXPECT_EQ(server->statistics().failed, 1u);
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_NE(log.lines[0].find("as it was told"), std::string::npos);
}

TEST_P(SocketServerTest, ADrainEndsReadsOfBothKindsOfHandlers) {
  for (const ConnectionHandler& handler : {ConnectionHandler(echo), {blocking_echo}}) {
    const base::Address address = start(handler);
    Client client(address);
    EXPECT_EQ(client.ask("x"), "x");
    server->drain();
    EXPECT_EQ(client.line(), "");
    client.end();
    server->wait();
    EXPECT_FALSE(Client(address).is_connected());
  }
}

TEST_P(SocketServerTest, ABlockingHandlerMayStopItsServer) {
  const base::Address address = start([this](BlockingConnection& connection) {
    (void)connection.read_line();
    server->drain();
    connection.write("so be it\n");
  });
  Client client(address);
  EXPECT_EQ(client.ask("stop"), "so be it");
  client.end();
  server->wait();
}

TEST_P(SocketServerTest, AbortEndsTheWaitOfABlockingHandler) {
  std::atomic<bool> cancelled{false};
  std::latch waits(1);
  const base::Address address = start([&](BlockingConnection& connection) {
    try {
      (void)connection.read_exactly(1);
      waits.count_down();
      while (connection.read_exactly(3)) {
      }
    } catch (const async::Cancelled&) {
      cancelled = true;
      throw;
    }
  });
  Client client(address);
  client.send("1ab");
  waits.wait();
  server->abort();
  server->wait();
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(server->statistics().failed, 0u);
}

TEST_P(SocketServerTest, ABlockingHandlerSeesThatTheServerStops) {
  std::latch begun(1);
  const base::Address address = start([&](BlockingConnection& connection) {
    std::latch told(1);
    const std::stop_callback callback(connection.stop_token(), [&] { told.count_down(); });
    begun.count_down();
    told.wait();
    connection.write("I was told\n");
  });
  Client client(address);
  begun.wait();
  server->drain();
  EXPECT_EQ(client.line(), "I was told");
  server.reset();
}

TEST_P(SocketServerTest, AnotherThreadMayAbortAConnection) {
  std::mutex mutex;
  Connection* shared = nullptr;
  std::latch begun(1);
  const base::Address address = start([&](Connection& connection) -> Task<> {
    {
      const std::lock_guard lock(mutex);
      shared = &connection;
    }
    begun.count_down();
    try {
      while (co_await connection.reader().read()) {
      }
    } catch (const StreamError&) {
      const std::lock_guard lock(mutex);
      shared = nullptr;
    }
  });
  Client client(address);
  begun.wait();
  {
    const std::lock_guard lock(mutex);
    shared->abort();
  }
  EXPECT_EQ(client.line(), "");
  EXPECT_TRUE(client.has_ended());
  server.reset();
}

TEST_P(SocketServerTest, LargeWritesArriveWhole) {
  const std::string large(3'000'000, 'x');
  for (const ConnectionHandler& handler : {ConnectionHandler([&](Connection& connection) -> Task<> {
                                             co_await connection.writer().write(large);
                                             co_await connection.writer().write("\n");
                                           }),
                                           ConnectionHandler([&](BlockingConnection& connection) {
                                             connection.write(large + "\n");
                                           })}) {
    const base::Address address = start(handler);
    Client client(address);
    EXPECT_EQ(client.line().size(), large.size());
    client.end();
    server.reset();
  }
}

// ---- threads of the runtime ----

/// Occupies a thread until it is released.
class Hold final : public async::BlockingWork {
 public:
  void run() noexcept override {
    begun.count_down();
    gate.wait();
    ended.count_down();
  }
  std::latch begun{1};
  std::latch gate{1};
  std::latch ended{1};
};

TEST_P(SocketServerTest, BlockingHandlersTakeNoThreadsFromOthersOnTheRuntime) {
  const auto runtime =
      loop::Runtime::open({.loops = 2, .threads = {.workers = 1}}, log, system_kernel()).value();
  ASSERT_TRUE(runtime->start());
  loop::Scheduler& threads = runtime->scheduler();
  options.threads = 2;
  server = std::make_unique<TcpServer>(blocking_echo, options, log);
  ASSERT_TRUE(server->listen("127.0.0.1:0"));
  ASSERT_TRUE(server->start_on(*runtime));
  EXPECT_EQ(threads.status().workers, 3u);
  Client first(server->addresses()[0]), second(server->addresses()[0]);
  EXPECT_EQ(first.ask("1"), "1");
  EXPECT_EQ(second.ask("2"), "2");
  EXPECT_EQ(threads.status().busy, 2u) << "they are threads of the runtime";
  Hold other;
  ASSERT_TRUE(threads.submit(other));
  other.begun.wait();
  other.gate.count_down();
  other.ended.wait();
  first.end();
  second.end();
  server.reset();
  EXPECT_EQ(threads.status().workers, 1u);
}

TEST_P(SocketServerTest, AConnectionThatWaitsForAThreadIsServedLaterOrAborted) {
  const auto runtime = loop::Runtime::open({.loops = 1, .threads = {.workers = 1, .max_queued = 1}},
                                           log, system_kernel())
                           .value();
  ASSERT_TRUE(runtime->start());
  options.threads = 1;
  for (const bool aborts : {false, true}) {
    server = std::make_unique<TcpServer>(blocking_echo, options, log);
    ASSERT_TRUE(server->listen("127.0.0.1:0"));
    ASSERT_TRUE(server->start_on(*runtime));
    Hold others[3];  // two run, and one fills the queue
    for (Hold& other : others) {
      ASSERT_TRUE(runtime->scheduler().submit(other));
      if (&other != &others[2]) other.begun.wait();
    }
    Client client(server->addresses()[0]);
    client.send("hello\n");
    while (runtime->scheduler().status().queued < 2) std::this_thread::yield();
    if (aborts) {
      server->abort();
      EXPECT_EQ(client.line(), "");
      server->wait();
      EXPECT_EQ(server->statistics().failed, 0u);
    }
    for (Hold& other : others) other.gate.count_down();
    if (!aborts) {
      EXPECT_EQ(client.line(), "hello");
    }
    for (Hold& other : others) other.ended.wait();
    client.end();
    server.reset();
  }
}

TEST_P(SocketServerTest, BlockingHandlersHaveTheirOwnThreadsOnALoopThatTheProgramDrives) {
  const auto loop = loop::Loop::open(system_kernel(), GetParam()).value();
  server = std::make_unique<TcpServer>(blocking_echo, options, log);
  ASSERT_TRUE(server->listen("127.0.0.1:0"));
  ASSERT_TRUE(server->start_on(*loop));
  std::thread driver([&] { EXPECT_EQ(loop->drive(), loop::Loop::Turn::Kept); });
  {
    Client first(server->addresses()[0]), second(server->addresses()[0]);
    EXPECT_EQ(first.ask("1"), "1");
    EXPECT_EQ(second.ask("2"), "2");
  }
  server->drain();
  server->wait();
  loop->stop();
  driver.join();
  server.reset();  // before its loop
}

INSTANTIATE_TEST_SUITE_P(, SocketServerTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

TEST(UnixServer, AdmitsTheUsersThatItsModeAllows) {
  const std::string path = testing::TempDir() + "mastic-unix-server-" + std::to_string(getpid());
  base::RecordingLog log;
  {
    UnixServer server(echo, {.socket_mode = "660"}, log);
    ASSERT_TRUE(server.listen(path));
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0660));
    ASSERT_TRUE(server.start());
    Client client(server.addresses()[0]);
    EXPECT_EQ(client.ask("hello"), "hello");
    client.end();
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  UnixServer wrong(echo, {.socket_mode = "rw"}, log);
  EXPECT_FALSE(wrong.listen(path));
  EXPECT_FALSE(UnixServer(echo, {}, log).listen(std::string(200, 'x')));
}

}  // namespace
}  // namespace mastic::sockets
