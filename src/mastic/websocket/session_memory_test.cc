// Each allocation of a loop with WebSockets fails in turn. The socket that needed it ends; its
// handler is told, and the other sockets live on.

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <thread>

#include "mastic/base/allocations_testing.h"
#include "mastic/base/failures.h"
#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

class SilentLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// Echoes, and counts how often each function is called.
struct CountedEvents final : EventHandler {
  struct Counts {
    int opened = 0;
    int closed = 0;
    int destroyed = 0;
  };
  CountedEvents(Counts& to, const topics::Topic* room) : counts(to), topic(room) {}
  ~CountedEvents() override { ++counts.destroyed; }
  void opened(WebSocket& socket) override {
    ++counts.opened;
    if (topic != nullptr) socket.subscribe(*topic);
  }
  void received(WebSocket& socket, Message& message) override {
    (void)socket.try_send(std::move(message));
  }
  void closed(WebSocket&, const Closed&) override { ++counts.closed; }
  Counts& counts;
  const topics::Topic* topic;  ///< what it subscribes to; null for nothing
};

Task<> echo(WebSocket& socket, topics::Topic& topic, int& running) {
  struct Running {
    explicit Running(int& counted) : count(counted) { ++count; }
    ~Running() { --count; }
    int& count;
  };
  const Running counted(running);
  socket.subscribe(topic);
  while (std::optional<Message> message = co_await socket.receive()) {
    (void)co_await socket.send(*std::move(message));
  }
}

/// Sockets of both kinds over the system's kernel, which allocates nothing in this process.
struct RealSockets {
  explicit RealSockets(bool is_plain)
      : plain(is_plain),
        server(base::system_kernel(), loop::make_transfer(base::system_kernel(), kind)) {
    server.log_to = &log;
  }

  /// The client's end of a new socket.
  base::Descriptor connect(bool has_events) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    Agreement agreement{.options = &options};
    if (!plain) agreement.deflate.emplace();
    auto upgrade =
        has_events ? make_upgrade(agreement,
                                  std::make_unique<CountedEvents>(counts, plain ? nullptr : &topic),
                                  history)
                   : make_upgrade(agreement, TaskHandler([this](WebSocket& socket) {
                                    return echo(socket, topic, running);
                                  }),
                                  history);
    server.serve(base::Descriptor(base::system_kernel(), ends[0]), {},
                 [&](net::ProtocolHost& host) { return upgrade->open(host); });
    return {base::system_kernel(), ends[1]};
  }
  /// Runs turns, at most up to the one with the failure.
  void turn_failing(base::Failures& failures, int turns) {
    for (int i = 0; i < turns && !failures.has_failed(); ++i) {
      failures.during([&] { server.turn(); });
    }
  }
  static void send(const base::Descriptor& client, std::string_view bytes) {
    (void)::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Whether the socket of `client` echoes.
  bool is_alive(const base::Descriptor& client) {
    send(client, text("alive"));
    server.turn(4);
    char buffer[40'000];
    const ssize_t got = recv(client.fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    return std::string_view(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
        .ends_with("alive");
  }

  static constexpr auto kind = loop::TransferKind::Syscall;
  const bool plain;  ///< without compression, and event functions without a subscription
  SilentLog log;
  Options options{.compression = {.compress = true}};
  async::BlockingHistory history;
  topics::Topic topic;
  CountedEvents::Counts counts;
  int running = 0;
  net::TestedLoop server;
};

struct SessionMemoryTest : testing::TestWithParam<bool> {
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
  /// Opens a socket beside another one, does what `act` does with its client, and lets an allocation
  /// fail.
  void survive(base::Failures& failures,
               const std::function<void(RealSockets&, base::Descriptor&)>& act,
               bool may_be_the_other) {
    RealSockets sockets(is_plain);
    const base::Descriptor other = sockets.connect(GetParam());
    base::Descriptor client = sockets.connect(GetParam());
    sockets.server.turn();
    act(sockets, client);
    sockets.turn_failing(failures, 8);
    sockets.server.turn(4);
    const bool is_well = sockets.is_alive(other) || (may_be_the_other && sockets.is_alive(client));
    EXPECT_TRUE(is_well) << "after " << failures.text();
    client = {};
    sockets.server.abort();
    sockets.server.turn(8);
    EXPECT_TRUE(sockets.server.tasks.empty());
    EXPECT_EQ(sockets.running, 0);
    EXPECT_EQ(sockets.counts.destroyed, GetParam() ? 2 : 0);
    EXPECT_LE(sockets.counts.closed, sockets.counts.opened);
  }
  /// Fails each allocation in turn. Only if it `may_be_the_other` socket that needs memory, too, that
  /// one may end instead.
  void survive_all(const std::function<void(RealSockets&, base::Descriptor&)>& act,
                   bool may_be_the_other = false) {
    const auto run = [&](base::Failures& failures) {
      if (HasFailure()) return failures.during([] {});
      survive(failures, act, may_be_the_other);
    };
    EXPECT_GT(base::for_each_failure(run, {.in_new_thread = true}).allocations, 1u);
  }
  bool is_plain = false;
};

TEST_P(SessionMemoryTest, OpeningAndMessages) {
  survive_all([](RealSockets&, base::Descriptor& client) {
    RealSockets::send(client, text("one") + binary(std::string(5000, 'x')) + ping("p"));
  });
}

/// Without compression and subscriptions, such a socket keeps nothing while it is quiet.
TEST_P(SessionMemoryTest, AMessageForAQuietSocket) {
  is_plain = true;
  survive_all([](RealSockets& sockets, base::Descriptor& client) {
    sockets.server.turn(4);
    RealSockets::send(client, text("one"));
  });
}

TEST_P(SessionMemoryTest, AMessageInPartsAndACloseFrame) {
  survive_all([](RealSockets& sockets, base::Descriptor& client) {
    RealSockets::send(client, frame(Opcode::Text, std::string(100, 'x'), false));
    sockets.server.turn(3);
    RealSockets::send(client, frame(Opcode::Continuation, std::string(1000, 'x')) +
                                  close_frame(1000, std::string(100, 'r')));
  });
}

TEST_P(SessionMemoryTest, AClientThatLeaves) {
  survive_all([](RealSockets&, base::Descriptor& client) {
    RealSockets::send(client, text("one"));
    client = {};
  });
}

TEST_P(SessionMemoryTest, AMalformedFrame) {
  survive_all(
      [](RealSockets&, base::Descriptor& client) { RealSockets::send(client, "\xff\xff"); });
}

TEST_P(SessionMemoryTest, PublishedMessages) {
  survive_all(
      [](RealSockets& sockets, base::Descriptor&) {
        sockets.server.turn(3);
        sockets.topic.publish("small");
        sockets.topic.publish(std::string(10'000, 'x'));
      },
      true);
}

TEST_P(SessionMemoryTest, ADrain) {
  survive_all([](RealSockets& sockets, base::Descriptor& client) {
    sockets.server.turn(3);
    RealSockets::send(client, text("one"));
    sockets.server.drain();
  });
}

// ---- what a quiet socket costs ----

/// A protocol that keeps nothing, for comparison.
struct Nothing final : net::Protocol {
  void received(std::string_view) noexcept override {}
  void received_end() noexcept override {}
  void sent(std::uint64_t, std::uint64_t) noexcept override {}
  void closed(std::uint64_t) noexcept override {}
  void waited_in_vain() noexcept override {}
};

/// An event handler as small as handlers are.
struct SmallEvents final : EventHandler {
  void received(WebSocket&, Message&) override { ++count; }
  int count = 0;
};

Task<> plain_echo(WebSocket& socket) {
  while (std::optional<Message> message = co_await socket.receive()) {
    (void)co_await socket.send(*std::move(message));
  }
}

/// The bytes of the heap that each of 1,000 connections needs which speak what `make` returns, and
/// have answered a message.
std::size_t bytes_each(const net::TestedLoop::MakeProtocol& make) {
  constexpr std::size_t kSockets = 1000;
  SilentLog log;
  net::TestedLoop server(base::system_kernel(),
                         loop::make_transfer(base::system_kernel(), loop::TransferKind::Syscall));
  server.log_to = &log;
  std::vector<base::Descriptor> clients(kSockets);
  server.hosts.reserve(kSockets + 1);
  const auto connect = [&] {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    server.serve(base::Descriptor(base::system_kernel(), ends[0]), {}, make);
    base::Descriptor client(base::system_kernel(), ends[1]);
    RealSockets::send(client, text("hello"));
    server.turn(3);
    return client;
  };
  const base::Descriptor first = connect();
  const std::size_t before = mallinfo2().uordblks;
  for (base::Descriptor& client : clients) client = connect();
  return (mallinfo2().uordblks - before) / kSockets;
}

TEST(QuietSocket, IsSmall) {
  if (!base::counts_heap_requests()) GTEST_SKIP() << "a sanitizer has its own heap";
  constexpr std::size_t kConnection = 152;  // with its slot in the table of sources
  const Options options;
  async::BlockingHistory history;
  const std::size_t nothing =
      bytes_each([](net::ProtocolHost&) { return std::make_unique<Nothing>(); });
  const std::size_t events = bytes_each([&](net::ProtocolHost& host) {
    return make_upgrade(Agreement{.options = &options}, std::make_unique<SmallEvents>(), history)
        ->open(host);
  });
  const std::size_t task = bytes_each([&](net::ProtocolHost& host) {
    return make_upgrade(Agreement{.options = &options}, TaskHandler(plain_echo), history)
        ->open(host);
  });
  constexpr std::size_t kNothing = 32;  // what malloc needs for the object that keeps nothing
  EXPECT_LE(events - nothing + kNothing + kConnection, 290u);
  EXPECT_LE(task - nothing + kNothing + kConnection, 1130u);
}

INSTANTIATE_TEST_SUITE_P(, SessionMemoryTest, testing::Bool(),
                         [](const auto& each) { return each.param ? "Events" : "Task"; });

}  // namespace
}  // namespace mastic::websocket
