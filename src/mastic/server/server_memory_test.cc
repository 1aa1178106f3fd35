// Each allocation in a server's turns fails in turn. The client that needed it gets an error or a
// closed connection, the process survives, and the next client is served.

#include <sys/socket.h>

#include "mastic/base/allocations_testing.h"
#include "mastic/base/failures.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

class NoLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// A shard on real sockets, because the real kernel allocates nothing in this process.
class RealShard {
 public:
  explicit RealShard(loop::TransferKind transfer)
      : app_(make_app(asked_)),
        loop_(loop::Loop::open(base::system_kernel(), transfer).value()),
        shard_(*loop_, app_, options_, log_, counters_) {}
  ~RealShard() {
    shard_.abort_all();
    while (counters_.connections() > 0 || shard_.exchanges() > 0) turn();
  }

  /// The client's end of a new connection.
  base::Descriptor connect() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    base::Descriptor server_end(base::system_kernel(), ends[0]);
    shard_.adopt(std::make_unique<net::SocketStream>(*loop_, std::move(server_end)), {});
    return {base::system_kernel(), ends[1]};
  }
  /// Adopts a connection of an IPv6 address while an allocation fails. Then nothing is left of the
  /// connection.
  void adopt_failing(base::Failures& failures) {
    options_.max_connections_per_ip = 1;
    const base::Endpoint peer{.ip = *base::IpAddress::parse("2001:db8::1"), .port = 1};
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    const base::Descriptor client(base::system_kernel(), ends[1]);
    auto stream = std::make_unique<net::SocketStream>(
        *loop_, base::Descriptor(base::system_kernel(), ends[0]));
    const bool has_failed_before = failures.has_failed();
    try {
      failures.during([&] { shard_.adopt(std::move(stream), peer); });
    } catch (const std::bad_alloc&) {
    }
    turn();
    EXPECT_EQ(counters_.connections(), failures.has_failed() && !has_failed_before ? 0u : 1u);
  }
  void turn() { (void)loop_->turn(base::Duration::zero()); }
  /// Runs turns, at most up to the one with the failure.
  void turn_failing(base::Failures& failures, int turns) {
    for (int i = 0; i < turns && !failures.has_failed(); ++i) failures.during([&] { turn(); });
  }
  std::size_t exchanges() { return shard_.exchanges(); }

 private:
  int asked_ = 0;
  NoLog log_;
  ServerCounters counters_;
  Options options_;
  App app_;
  std::unique_ptr<loop::Loop> loop_;
  Shard shard_;
};

void send(const base::Descriptor& client, std::string_view bytes) {
  (void)::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string receive_all(const base::Descriptor& client) {
  std::string all;
  char buffer[65536];
  for (ssize_t got = 1; got > 0;) {
    got = recv(client.fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) all.append(buffer, static_cast<std::size_t>(got));
  }
  return all;
}

struct ServerMemoryTest : testing::TestWithParam<loop::TransferKind> {
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
};

TEST_P(ServerMemoryTest, SurvivesTheFailureOfEverySingleAllocation) {
  const std::string scripts[] = {
      kGet + kGet + "GET /nowhere HTTP/1.1\r\nHost: a\r\nX: " + std::string(3000, 'x') + "\r\n\r\n",
      post("/pull", std::string(40'000, 'x')) + kGet,
      post("/echo", std::string(40'000, 'x')),
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: "
      "y\r\n\r\n",
      "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n",
      post("/inform", "x") +
          "GET /throw HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /mounted/wait HTTP/1.1\r\nHost: a\r\n\r\n" + kGet,
      kUpgrade + std::string(30'000, 'x') + "\nQUIT\n",
      "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\nGET /a/%2e%2e/b HTTP/1.1\r\nHost: "
      "a\r\n\r\nBROKEN\r\n\r\n"};
  std::size_t failed = 0;
  for (const std::string& script : scripts) {
    const auto run = [&](base::Failures& failures) {
      if (HasFatalFailure()) return failures.during([] {});
      RealShard server(GetParam());
      const base::Descriptor client = server.connect();
      const base::Descriptor halves = server.connect();
      send(client, script);
      send(halves, script.substr(0, script.size() / 2));
      server.turn();
      send(halves, script.substr(script.size() / 2));
      server.turn_failing(failures, 8);

      const base::Descriptor next = server.connect();
      send(next, kGet);
      std::string answer;
      for (int i = 0; i < 10 && answer.empty(); ++i) {
        server.turn();
        answer = receive_all(next);
      }
      ASSERT_TRUE(answer.ends_with("hello\n"))
          << "after " << failures.text() << " of " << script.substr(0, 30);
    };
    failed += base::for_each_failure(run, {.in_new_thread = true}).allocations;
  }
  EXPECT_GT(failed, 100u);
}

TEST_P(ServerMemoryTest, DoesNotCountConnectionsWithoutMemory) {
  const auto count = base::for_each_failure([&](base::Failures& failures) {
    RealShard server(GetParam());
    server.adopt_failing(failures);
    // The address has no connection yet.
    if (failures.has_failed()) server.adopt_failing(failures);
  });
  EXPECT_GT(count.allocations, 0u);
}

TEST_P(ServerMemoryTest, SurvivesAFailedInterimResponseThatIsTheFirstWrite) {
  const auto run = [&](base::Failures& failures) {
    if (HasFailure()) return failures.during([] {});
    RealShard server(GetParam());
    const base::Descriptor client = server.connect();
    send(client, post("/inform", "x"));
    server.turn_failing(failures, 8);
    for (int i = 0; i < 4; ++i) server.turn();
    EXPECT_EQ(server.exchanges(), 0u) << "after " << failures.text();
  };
  base::for_each_failure(run, {.in_new_thread = true});
}

TEST_P(ServerMemoryTest, AllocatesNothingToWakeARestingConnection) {
  RealShard server(GetParam());
  const base::Descriptor clients[] = {server.connect(), server.connect()};
  const auto ask_all = [&] {
    for (const base::Descriptor& client : clients) send(client, kGet);
    for (int i = 0; i < 4; ++i) server.turn();
    for (const base::Descriptor& client : clients) {
      char answer[1000];
      EXPECT_GT(recv(client.fd(), answer, sizeof answer, MSG_DONTWAIT), 0);
    }
  };
  for (int i = 0; i < 3; ++i) ask_all();  // from now on recycled memory is available
  const std::size_t before = base::allocations_so_far().count;
  for (int i = 0; i < 10; ++i) ask_all();
  EXPECT_EQ(base::allocations_so_far().count, before);
}

TEST_P(ServerMemoryTest, AllocatesNoMoreForManySmallPiecesThanForAFewLargeOnes) {
  RealShard server(GetParam());
  const base::Descriptor client = server.connect();
  const base::Descriptor other = server.connect();
  const std::string request = "GET /small-pieces HTTP/1.1\r\nHost: a\r\n\r\n";
  send(client, request);
  send(other, request);
  const std::size_t before = base::allocations_so_far().bytes;
  for (int i = 0; i < 10; ++i) server.turn();
  EXPECT_LT(base::allocations_so_far().bytes - before, 8u << 20);
}

TEST_P(ServerMemoryTest, AllocatesNoMoreForManyPipelinedRequestsThanForTheirAnswers) {
  RealShard server(GetParam());
  const base::Descriptor clients[] = {server.connect(), server.connect()};
  std::string many;
  for (int i = 0; i < 2000; ++i) many += kGet;
  for (const base::Descriptor& client : clients) send(client, many);
  const std::size_t before = base::allocations_so_far().bytes;
  for (int i = 0; i < 100; ++i) server.turn();
  EXPECT_LT(base::allocations_so_far().bytes - before, 4u << 20);
}

MASTIC_FOR_BOTH_TRANSFERS(ServerMemoryTest);

}  // namespace
}  // namespace mastic::server
