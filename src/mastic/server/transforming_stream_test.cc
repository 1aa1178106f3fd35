// A whole HTTP server over a stream that transforms bytes, and that gathers the writes of a turn
// and passes them on when the turn ends. TLS will be such a stream.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/loop/post.h"
#include "mastic/loop/scheduler.h"
#include "mastic/net/record_stream_testing.h"
#include "mastic/net/socket_address.h"
#include "mastic/routing/router.h"
#include "mastic/server/shard_testing.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::Request;
using async::Task;
using net::Records;
using net::RecordStream;
using routing::Router;

constexpr std::size_t kLarge = 1 << 20;

std::string ask_for(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

Router make_site() {
  Router site;
  site.get("/plain/{text}", [](Request& request) { return std::string(request.value("text")); });
  site.get("/task/{text}", [](Request& request) -> Task<std::string> {
    co_await async::sleep_for(1ms);
    co_return std::string(request.value("text"));
  });
  site.get("/large/{letter}",
           [](Request& request) { return std::string(kLarge, request.value("letter").front()); });
  site.post("/echo", [](Request& request) -> Task<std::string> {
    std::string all;
    while (const auto piece = co_await request.body().next()) all += *piece;
    co_return all;
  });
  return site;
}

// ---- on a scripted network ----

struct RecordShardTest : testing::TestWithParam<loop::TransferKind> {
  /// Connects a client; both sides have sent their greeting.
  int connect() {
    const int fd = server.kernel.make_socket();
    auto socket =
        std::make_unique<net::SocketStream>(*server.loop, base::Descriptor(server.kernel, fd));
    auto stream = std::make_unique<RecordStream>(*server.loop, std::move(socket));
    last = stream.get();
    server.shard->adopt(std::move(stream), server.kernel.at(fd).peer);
    server.send(fd, RecordStream::kGreeting);
    EXPECT_EQ(server.take(fd), RecordStream::kGreeting);
    return fd;
  }
  void send(int fd, std::string_view bytes) { server.send(fd, Records::pack(bytes)); }
  /// What the client has received, unpacked.
  std::string take(int fd) {
    std::string bytes = server.take(fd);
    std::string text = Records::unpack(bytes);
    EXPECT_EQ(bytes, "") << "an incomplete record";
    return text;
  }

  ShardFixture server{app::App(make_site()), GetParam()};
  RecordStream* last = nullptr;
};

TEST_P(RecordShardTest, TheAnswersOfATurnLeaveInOneRecord) {
  const int fd = connect();
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += ask_for("/plain/" + std::to_string(i));
  send(fd, requests);
  const auto responses = read_responses(take(fd));
  ASSERT_TRUE(responses);
  ASSERT_EQ(responses->size(), 16u);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ((*responses)[i].content, std::to_string(i));
  EXPECT_EQ(last->pieces(), 1);
}

TEST_P(RecordShardTest, AcceptsRequestsCutAnywhere) {
  const std::string bytes = Records::pack(ask_for("/plain/a")) + Records::pack(ask_for("/plain/b"));
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const int fd = connect();
    server.send(fd, bytes.substr(0, cut));
    server.send(fd, bytes.substr(cut));
    const auto responses = read_responses(take(fd));
    ASSERT_TRUE(responses) << cut;
    ASSERT_EQ(responses->size(), 2u) << cut;
    EXPECT_EQ((*responses)[1].content, "b");
    server.at(fd).incoming_ended = true;
    server.turn(2);
  }
}

TEST_P(RecordShardTest, HoldsBackForASlowReaderAndSendsItEverything) {
  const int fd = connect();
  server.at(fd).room = 0;
  send(fd, ask_for("/large/x") + ask_for("/plain/after"));
  std::string bytes;
  for (int i = 0; i < 2000 && server.kernel.at(fd).open; ++i) {
    server.at(fd).room = 10'000;
    server.turn();
    bytes += server.take(fd);
  }
  const auto responses = read_responses(Records::unpack(bytes));
  ASSERT_TRUE(responses);
  ASSERT_EQ(responses->size(), 2u);
  EXPECT_EQ((*responses)[0].content, std::string(kLarge, 'x'));
  EXPECT_EQ((*responses)[1].content, "after");
}

TEST_P(RecordShardTest, ClosesAClientThatReadsNothing) {
  const int fd = connect();
  server.at(fd).room = 1000;
  send(fd, ask_for("/large/x"));
  server.pass(server.options.write_stall_timeout + 40s);
  EXPECT_FALSE(server.at(fd).open);
}

TEST_P(RecordShardTest, FreesAClientThatResetsAtAnyPoint) {
  for (int turns = 0; turns < 6; ++turns) {
    const int fd = connect();
    server.at(fd).room = 1000;
    server.at(fd).incoming.push_back(Records::pack(ask_for("/large/x") + ask_for("/plain/b")));
    server.turn(turns);
    server.at(fd).recv_error = server.at(fd).send_error = ECONNRESET;
    server.turn(6);
    server.pass(1s);
    EXPECT_FALSE(server.at(fd).open) << turns;
  }
  EXPECT_EQ(server.counters.connections(), 0u);
}

INSTANTIATE_TEST_SUITE_P(, RecordShardTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

// ---- on real threads, with every loop taken over at every job ----

/// Accepts on one loop, and puts records between the sockets and the server.
class RecordShard final : private net::AcceptorOwner, private net::ServerShardOwner {
 public:
  RecordShard(const app::App& app, const Options& options, const net::Listener& listener,
              base::Log& log, ServerCounters& counters)
      : loop_(loop::Loop::open(base::system_kernel(), loop::TransferKind::Syscall).value()),
        shard_(*loop_, app, options, log, counters),
        acceptor_(std::make_unique<net::Acceptor>(*loop_, listener,
                                                  static_cast<net::AcceptorOwner&>(*this))) {
    EXPECT_TRUE(acceptor_->start());
  }
  loop::Loop& loop() { return *loop_; }
  /// Drains the server and ends its loop. May be called from any thread.
  void drain() {
    loop::post(*loop_, [this] {
      acceptor_->close();
      loop_->retire(std::move(acceptor_));
      shard_.set_owner(*this);
      shard_.drain();
    });
  }

 private:
  bool may_accept() noexcept override { return true; }
  void accepted(base::Descriptor socket, base::Endpoint peer) noexcept override {
    shard_.adopt(std::make_unique<RecordStream>(
                     *loop_, std::make_unique<net::SocketStream>(*loop_, std::move(socket))),
                 peer);
  }
  void accept_failed(int) noexcept override { ADD_FAILURE(); }
  void shard_closed() noexcept override {}
  void shard_settled() noexcept override { loop_->stop(); }

  std::unique_ptr<loop::Loop> loop_;
  Shard shard_;
  std::unique_ptr<net::Acceptor> acceptor_;
};

/// A blocking client that speaks records.
class RecordClient {
 public:
  explicit RecordClient(const base::Address& address) {
    net::SocketAddress where(address);
    base::Kernel& kernel = base::system_kernel();
    socket_ = base::Descriptor(kernel, kernel.socket(where.family(), SOCK_STREAM, 0));
    const int few = 8 << 10;  // a small receive buffer, so that most bytes wait in the server
    kernel.setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    EXPECT_EQ(kernel.connect(socket_.fd(), where.data(), *where.size()), 0);
    send_raw(RecordStream::kGreeting);
  }
  void send(std::string_view text) { send_raw(Records::pack(text)); }
  /// The content of the next answer, or "lost" when there is none.
  std::string answer() {
    while (true) {
      const auto read = read_responses(text_);
      if (read && !read->empty()) {
        text_.clear();
        return read->front().content;
      }
      if (!receive(64 << 10)) return "lost";
    }
  }
  std::string get(std::string_view path) {
    send(ask_for(path));
    return answer();
  }
  /// Receives at most so many bytes. False at the end.
  bool receive(std::size_t most) {
    std::string buffer(most, '\0');
    const ssize_t got = base::system_kernel().recv(socket_.fd(), buffer.data(), most, 0);
    if (got <= 0) return false;
    bytes_.append(buffer, 0, static_cast<std::size_t>(got));
    if (!is_greeted_ && bytes_.starts_with(RecordStream::kGreeting)) {
      bytes_.erase(0, RecordStream::kGreeting.size());
      is_greeted_ = true;
    }
    if (is_greeted_) text_ += Records::unpack(bytes_);
    return true;
  }
  [[nodiscard]] std::size_t received() const { return text_.size(); }
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    base::system_kernel().setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_.reset();
  }

 private:
  void send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t taken =
          base::system_kernel().send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (taken <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
  }

  base::Descriptor socket_;
  std::string bytes_;  ///< the beginning of a record
  std::string text_;
  bool is_greeted_ = false;
};

struct RecordServerTest : testing::Test {
  RecordServerTest() {
    for (int i = 0; i < 2; ++i) {
      shards.push_back(std::make_unique<RecordShard>(app, options, listener, log, counters));
    }
    for (const auto& shard : shards) scheduler.start(shard->loop());
  }
  ~RecordServerTest() override {
    for (const auto& shard : shards) shard->drain();
    scheduler.join();
  }
  /// Runs `work` for `count` clients at the same time.
  template <class Work>
  void with_clients(int count, Work work) {
    std::vector<std::thread> clients;
    clients.reserve(static_cast<std::size_t>(count));
    for (int number = 0; number < count; ++number) {
      clients.emplace_back([&, number] {
        RecordClient client(listener.address());
        work(client, number);
      });
    }
    for (std::thread& client : clients) client.join();
  }

  RecordingLog log;
  Options options{.drain_idle = 20ms};
  ServerCounters counters;
  app::App app{make_site()};
  net::Listener listener =
      net::Listener::open(base::system_kernel(), *base::Address::parse("127.0.0.1:0")).value();
  std::vector<std::unique_ptr<RecordShard>> shards;
  loop::Scheduler scheduler{{.hand_off = loop::Scheduler::HandOff::Always}};
};

TEST_F(RecordServerTest, AnswersCorrectlyWhenTakenOverAtEveryJob) {
  std::atomic<int> right{0};
  with_clients(6, [&](RecordClient& client, int number) {
    const std::string content(20'000, static_cast<char>('a' + number));
    for (int i = 0; i < 40; ++i) {
      const std::string text = std::to_string(number) + "-" + std::to_string(i);
      right += client.get("/plain/" + text) == text ? 1 : 0;
      right += client.get("/task/" + text) == text ? 1 : 0;
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + content);
      right += client.answer() == content ? 1 : 0;
    }
  });
  EXPECT_EQ(right, 6 * 40 * 3);
  EXPECT_GT(scheduler.status().hand_offs, 0u);
}

TEST_F(RecordServerTest, ServesOthersWhileClientsResetOrReadSlowly) {
  std::atomic<int> right{0};
  with_clients(9, [&](RecordClient& client, int number) {
    const std::string text = std::to_string(number);
    switch (number % 3) {
      case 0:
        for (int i = 0; i < 100; ++i) right += client.get("/plain/" + text) == text ? 1 : 0;
        break;
      case 1:  // in small pieces; what it has not read waits in the server
        client.send(ask_for("/large/" + text));
        while (client.received() < kLarge / 8 && client.receive(1000)) {
        }
        right += client.answer() == std::string(kLarge, text.front()) ? 100 : 0;
        break;
      default:
        for (int i = 0; i < 6; ++i) {
          right += client.get("/task/" + text) == text ? 15 : 0;
          RecordClient other(listener.address());
          other.send(ask_for("/large/" + text) + ask_for("/task/x"));
          for (int received = 0; received < i; ++received) (void)other.receive(10'000);
          other.reset();
        }
        right += client.get("/task/" + text) == text ? 10 : 0;
    }
  });
  EXPECT_EQ(right, 9 * 100);
}

}  // namespace
}  // namespace mastic::server
