// Whole servers on real sockets and threads. Over 500 lines because all that concerns a whole
// server is tested in one place.

#include "mastic/server/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/shard_testing.h"
#include "mastic/threads/thread.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::App;
using app::Request;
using app::Task;
using base::Address;
using base::system_kernel;

/// One shard on a loop that the test drives itself, with a listener.
struct OwnShard {
  OwnShard(const App& app, const Options& chosen, base::Log& log, base::Kernel& kernel)
      : options(chosen),
        loop(loop::Loop::open(kernel, chosen.loop.transfer).value()),
        listener(net::Listener::open(kernel, *Address::parse("127.0.0.1:0")).value()),
        shard(std::make_unique<Shard>(*loop, app, options, log, counters)) {
    EXPECT_TRUE(shard->accept_from(listener));
  }
  const Options options;
  ServerCounters counters;
  std::unique_ptr<loop::Loop> loop;
  net::Listener listener;
  std::unique_ptr<Shard> shard;
};

struct ServerTest : testing::TestWithParam<loop::TransferKind> {
  Options with(std::uint64_t loops) {
    Options options;
    options.loop.loops = loops;
    options.loop.transfer = GetParam();
    options.linger_idle = 20ms;  // the clients of these tests do not close first
    options.drain_idle = 20ms;
    return options;
  }
  std::unique_ptr<Server> start(App app, const Options& options,
                                std::string_view address = "127.0.0.1:0") {
    auto server = std::make_unique<Server>(std::move(app), options, log, system_kernel());
    const auto listening = server->listen(*Address::parse(address));
    EXPECT_TRUE(listening) << listening.error().message;
    EXPECT_TRUE(server->start());
    return server;
  }
  RecordingLog log;
};

TEST_P(ServerTest, ServesManyClientsOnSeveralLoopsAndAddresses) {
  Server server(App([](Request& request) { return std::string(request.path()); }), with(2), log,
                system_kernel());
  for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
    ASSERT_TRUE(server.listen(*Address::parse(address)));
  }
  ASSERT_TRUE(server.start());
  EXPECT_EQ(server.loops(), 2u);
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int c = 0; c < 16; ++c) {
    clients.emplace_back([&, c] {
      Client client(server.addresses()[static_cast<std::size_t>(c % 2)]);
      for (int i = 0; i < 50; ++i) {
        const std::string path = "/" + std::to_string(c) + "/" + std::to_string(i);
        right += client.get(path) == path ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 800);
}

/// There are more clients than resting connections that keep their state machines (Http1Pool).
TEST_P(ServerTest, ServesManyClientsThatRestBetweenRequests) {
  const auto server =
      start(App([](Request& request) { return std::string(request.path()); }), with(1));
  std::vector<std::unique_ptr<Client>> clients;
  for (int c = 0; c < 150; ++c) {
    clients.push_back(std::make_unique<Client>(server->addresses()[0]));
  }
  int turn = 0;
  for (const std::size_t step : {1u, 7u, 3u}) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const std::string path = "/" + std::to_string(++turn);
      EXPECT_EQ(clients[i * step % clients.size()]->get(path), path);
    }
    clients.erase(clients.begin() + 20, clients.begin() + 50);
  }
}

TEST_P(ServerTest, DrainsWhileRequestsAreRunning) {
  std::atomic<int> under_way{0};
  const auto server = start(App([&](Request&) -> Task<std::string> {
                              ++under_way;
                              under_way.notify_all();
                              co_await async::sleep_for(50ms);
                              co_return std::string(100'000, 'x');
                            }),
                            with(2));
  std::vector<std::unique_ptr<Client>> clients;
  for (int c = 0; c < 8; ++c) {
    clients.push_back(std::make_unique<Client>(server->addresses()[0]));
    clients.back()->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  for (int seen = under_way; seen < 8; seen = under_way) under_way.wait(seen);
  server->drain();
  for (const auto& client : clients) {
    const auto responses = client->receive(1);
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_EQ(responses[0].content.size(), 100'000u);
    EXPECT_FALSE(responses[0].keep_alive);
    EXPECT_TRUE(client->receive(1).empty());
    EXPECT_TRUE(client->ended_well()) << "the connection was reset";
  }
  server->wait();
}

TEST_P(ServerTest, AnswersAClientThatSends20MegabytesBeforeItReads) {
  Options options = with(1);
  options.linger_idle = options.linger_total = 1min;  // so that a busy machine does not end it
  const auto server =
      start(App([](Request& request) { return std::string(request.text()); }), options);
  Client client(server->addresses()[0]);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) client.send(piece);
  const auto responses = client.receive(1);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0].status, http::Status::ContentTooLarge);
}

TEST_P(ServerTest, RunsBackgroundTasksFromItsStartUntilTheLastAnswer) {
  std::vector<std::string> events;  // hooks run on this thread
  std::atomic<int> running{0};
  routing::Router site;
  const auto task = [&]() -> async::Task<> {
    ++running;
    running.notify_all();
    try {
      co_await async::sleep_for(1h);
    } catch (const async::Cancelled&) {
      --running;
      throw;
    }
  };
  site.on_start([&] { events.push_back("start"); });
  site.on_stop([&] { events.push_back("stop, running " + std::to_string(running)); });
  site.in_background("one", task).in_background("two", task);
  site.get("/", [&running] { return std::to_string(running); });
  const auto server = start(std::move(site), with(2));
  for (int count = running; count < 2; count = running) running.wait(count);
  EXPECT_EQ(Client(server->addresses()[0]).get("/"), "2");
  server->drain();
  server->wait();
  EXPECT_EQ(events, (std::vector<std::string>{"start", "stop, running 0"}));
}

TEST_P(ServerTest, ADrainBeforeTheStartIsRemembered) {
  Server server(App([](Request&) { return "hello\n"; }), with(2), log, system_kernel());
  ASSERT_TRUE(server.listen(*Address::parse("127.0.0.1:0")));
  Client client(server.addresses()[0]);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server.drain();
  ASSERT_TRUE(server.start());
  const auto responses = client.receive(1);
  ASSERT_EQ(responses.size(), 1u) << "the client had connected before the start";
  EXPECT_EQ(responses[0].content, "hello\n");
  server.wait();
}

TEST_P(ServerTest, ADrainDuringTheStartIsRemembered) {
  std::function<void()> drain;
  routing::Router site;
  site.on_start([&] { drain(); });
  Server server(std::move(site), with(2), log, system_kernel());
  ASSERT_TRUE(server.listen(*Address::parse("127.0.0.1:0")));
  drain = [&] { server.drain(); };
  ASSERT_TRUE(server.start());
  server.wait();
}

TEST_P(ServerTest, AnAbortBeforeTheStartEndsTheServer) {
  routing::Router site;
  site.in_background("one", []() -> async::Task<> { co_await async::sleep_for(1h); });
  Server server(std::move(site), with(2), log, system_kernel());
  ASSERT_TRUE(server.listen(*Address::parse("127.0.0.1:0")));
  server.abort();
  ASSERT_TRUE(server.start());
  server.wait();
}

TEST_P(ServerTest, EndsWheneverADrainIsAskedFor) {
  for (int i = 0; i < 20; ++i) {
    Server server(App([](Request&) { return "hello\n"; }), with(1), log, system_kernel());
    ASSERT_TRUE(server.listen(*Address::parse("127.0.0.1:0")));
    std::thread other([&] { i % 2 == 0 ? server.drain() : server.abort(); });
    EXPECT_TRUE(server.start());
    server.wait();
    other.join();
  }
}

TEST_P(ServerTest, AHandlerThatBlocksIsToldOfADrain) {
  std::atomic<bool> begun{false};
  const auto server =
      start(App(app::blocking,
                [&](Request& request) {
                  begun = true;
                  begun.notify_all();
                  const bool slept = threads::sleep_for(1h, request.draining());
                  const bool stopped = request.stop_reason().has_value();
                  return std::string(slept ? "slept" : "drains") + (stopped ? ", stopped" : "");
                }),
            with(1));
  Client client(server->addresses()[0]);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  begun.wait(false);
  server->drain();
  const auto responses = client.receive(1);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0].content, "drains");
  server->wait();
}

TEST_P(ServerTest, KeepsBackgroundTasksWhileRequestsMayNeedThem) {
  std::atomic<int> running{0};
  std::atomic<bool> asked{false};
  routing::Router site;
  const auto task = [&]() -> async::Task<> {
    ++running;
    running.notify_all();
    struct End {
      ~End() { --count; }
      std::atomic<int>& count;
    } const end{running};
    co_await async::sleep_for(1h);
  };
  site.in_background("one", task).in_background("two", task);
  site.get("/", [&](Request&) -> async::Task<std::string> {
    asked = true;
    asked.notify_all();
    co_await async::sleep_for(200ms);  // the other shard is idle, and has settled
    co_return std::to_string(running);
  });
  const auto server = start(std::move(site), with(2));
  for (int count = running; count < 2; count = running) running.wait(count);
  std::thread client([&] { EXPECT_EQ(Client(server->addresses()[0]).get("/"), "2"); });
  asked.wait(false);
  server->drain();
  server->wait();
  client.join();
  EXPECT_EQ(running, 0);
}

TEST_P(ServerTest, AnswersRequestsThatComeLateOnIdleConnections) {
  const auto server = start(App([] { return "hello"; }), with(1));
  Client client(server->addresses()[0]);
  EXPECT_EQ(client.get(), "hello");
  server->drain();
  EXPECT_EQ(client.get(), "hello");
  EXPECT_TRUE(client.receive(1).empty());
  EXPECT_TRUE(client.ended_well());
  server->wait();
}

TEST_P(ServerTest, RefusesClientsAfterItHasEnded) {
  const auto server = start(App([] { return "hello"; }), with(2));
  const Address address = server->addresses()[0];
  server->drain();
  server->wait();
  EXPECT_FALSE(Client(address).is_connected());
}

TEST_P(ServerTest, AbortsRequestsAtTheDrainDeadline) {
  Options options = with(1);
  options.drain_timeout = 50ms;
  std::atomic<bool> cancelled{false};
  const auto server = start(App([&](Request&) -> Task<std::string> {
                              try {
                                co_await async::sleep_for(1h);
                              } catch (const async::Cancelled&) {
                                cancelled = true;
                              }
                              co_return "";
                            }),
                            options);
  Client client(server->addresses()[0]);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server->drain();
  server->wait();
  EXPECT_TRUE(client.receive(1).empty());
  EXPECT_FALSE(client.ended_well());
  EXPECT_TRUE(cancelled);
}

TEST_P(ServerTest, ClosesTheLongestIdleConnectionWhenFull) {
  Options options = with(1);
  options.max_connections = 3;
  const auto server = start(App([] { return "hello"; }), options);
  Client first(server->addresses()[0]);
  EXPECT_EQ(first.get(), "hello");
  std::vector<std::unique_ptr<Client>> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(std::make_unique<Client>(server->addresses()[0]));
    EXPECT_EQ(others.back()->get(), "hello");
  }
  EXPECT_TRUE(first.receive(1).empty());
  EXPECT_TRUE(first.ended_well());
}

TEST_P(ServerTest, LetsNewClientsWaitWhileAllConnectionsAreBusy) {
  Options options = with(1);
  options.max_connections = 1;
  std::latch release(1);
  const auto server = start(App([&](Request& request) -> Task<std::string> {
                              while (request.path() == "/busy" && !release.try_wait()) {
                                co_await async::sleep_for(1ms);
                              }
                              co_return "hello";
                            }),
                            options);
  Client busy(server->addresses()[0]);
  busy.send("GET /busy HTTP/1.1\r\nHost: a\r\n\r\n");
  Client newcomer(server->addresses()[0]);
  newcomer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  release.count_down();
  EXPECT_EQ(busy.receive(1).at(0).content, "hello");
  EXPECT_EQ(newcomer.receive(1).at(0).content, "hello");
  EXPECT_TRUE(busy.receive(1).empty());
  EXPECT_TRUE(busy.ended_well()) << "this connection was idle and had to make room";
}

TEST_P(ServerTest, RefusesConnectionsOnceADrainHasBegun) {
  std::latch release(1);
  const auto server = start(App([&](Request&) -> Task<std::string> {
                              while (!release.try_wait()) co_await async::sleep_for(1ms);
                              co_return "hello";
                            }),
                            with(2));
  Client client(server->addresses()[0]);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server->drain();
  while (Client(server->addresses()[0]).is_connected()) std::this_thread::yield();
  release.count_down();
  EXPECT_EQ(client.receive(1).at(0).content, "hello");
  server->wait();
}

TEST_P(ServerTest, DrainsWhileConnectionsArrive) {
  const App app([] { return "hello"; });
  OwnShard own(app, with(1), log, system_kernel());
  const auto& loop = own.loop;
  const auto& shard = own.shard;
  const net::Listener& listener = own.listener;
  shard->order_drain();  // one turn delivers this order and the connection
  Client client(listener.address());
  for (int i = 0; i < 100'000 && !shard->is_settled(); ++i) (void)loop->turn(1ms);
  EXPECT_TRUE(shard->is_settled());
}

TEST_P(ServerTest, ClosesIdleConnectionsWhenDescriptorsRunOut) {
  base::FailingKernel kernel(system_kernel());
  const App app([] { return "hello"; });
  OwnShard own(app, with(1), log, kernel);
  const auto& loop = own.loop;
  const auto& shard = own.shard;
  const net::Listener& listener = own.listener;
  Client idle(listener.address());
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 10; ++i) (void)loop->turn(10ms);
  EXPECT_EQ(idle.receive(1).at(0).content, "hello");

  kernel.fail("accept4", 1, EMFILE);
  const Client newcomer(listener.address());
  for (int i = 0; i < 10; ++i) (void)loop->turn(10ms);
  EXPECT_TRUE(idle.receive(1).empty());
  ASSERT_FALSE(log.lines.empty());
  EXPECT_NE(log.lines[0].find("ulimit -n"), std::string::npos);
  shard->abort_all();
  (void)loop->turn(0ms);
}

TEST_P(ServerTest, DoesNotStartWithOptionsThatContradictEachOther) {
  Options options = with(1);
  options.write_low_bytes = options.write_high_bytes;
  Server server(App([] { return ""; }), options, log, system_kernel());
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "--write-low-bytes must be less than --write-high-bytes");
}

TEST_P(ServerTest, LimitsTheConnectionsOfAnAddress) {
  Options options = with(1);
  options.max_connections_per_ip = 2;
  const auto server = start(App([] { return "hello"; }), options);
  auto first = std::make_unique<Client>(server->addresses()[0]);
  Client second(server->addresses()[0]);
  EXPECT_EQ(first->get(), "hello");
  EXPECT_EQ(second.get(), "hello");
  EXPECT_TRUE(Client(server->addresses()[0]).receive(1).empty());
  EXPECT_EQ(second.get(), "hello");
  first.reset();
  bool served = false;  // once the server has noticed the close
  while (!served) {
    Client next(server->addresses()[0]);
    next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    served = !next.receive(1).empty();
  }
}

TEST_P(ServerTest, FailsToStartWithoutDescriptors) {
  base::FailingKernel kernel(system_kernel());
  kernel.fail("epoll_create1", 1, EMFILE);
  Server server(App([] { return ""; }), with(1), log, kernel);
  ASSERT_TRUE(server.listen(*Address::parse("127.0.0.1:0")));
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("Too many open files"), std::string::npos);
}

TEST_P(ServerTest, GivesNoNewConnectionToAStuckLoop) {
  base::ScriptedKernel kernel;
  const App app([](Request&) { return "hello"; });
  const Options options;
  ServerCounters counters;
  class Job final : public async::Job {
   public:
    explicit Job(std::function<void()> work) : work_(std::move(work)) {}
    void run() noexcept override { work_(); }
    void finish() noexcept override {}

   private:
    std::function<void()> work_;
  };
  net::Listener listener = net::Listener::open(kernel, *Address::parse("127.0.0.1:7000")).value();
  const auto open_loop = [&] {
    return loop::Loop::open(kernel, loop::make_test_transfer(kernel, GetParam())).value();
  };
  const auto crowded_loop = open_loop();
  const auto other_loop = open_loop();
  Shard crowded(*crowded_loop, app, options, log, counters);
  Shard other(*other_loop, app, options, log, counters);
  crowded.set_peers({&crowded, &other});
  ASSERT_TRUE(crowded.accept_from(listener));
  for (int i = 0; i < 20; ++i) {
    const int fd = kernel.make_socket();
    crowded.adopt(std::make_unique<net::SocketStream>(*crowded_loop, base::Descriptor(kernel, fd)),
                  {});
  }
  const auto accept_one = [&] {
    kernel.connect_to(listener.fd());
    crowded_loop->turn(0s);
  };
  Job stuck([&] {
    kernel.advance(60ms);
    accept_one();
  });
  other_loop->enqueue(stuck);
  other_loop->turn(0s);
  EXPECT_EQ(crowded.report(0).connections, 21u);
  accept_one();
  other_loop->turn(0s);
  EXPECT_EQ(other.report(0).connections, 1u);
  for (Shard* const shard : {&crowded, &other}) shard->abort_all();
  crowded.drain();
  for (const auto& loop : {crowded_loop.get(), other_loop.get()}) loop->turn(0s);
}

TEST_P(ServerTest, ContinuesOnAnotherThreadWhileAHandlerIsStuck) {
  std::latch stuck(1), release(1);
  const App app([&](Request& request) {
    if (request.path() == "/stuck") {
      stuck.count_down();
      release.wait();
    }
    return std::string(request.path());
  });
  OwnShard own(app, with(1), log, system_kernel());
  const auto& loop = own.loop;
  const auto& shard = own.shard;
  const net::Listener& listener = own.listener;

  std::thread first([&] { EXPECT_EQ(loop->drive(), loop::Loop::Turn::Lost); });
  Client slow(listener.address());
  slow.send("GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n");
  stuck.wait();
  ASSERT_TRUE(loop->take(loop->look()));
  std::thread second([&] { EXPECT_EQ(loop->drive(), loop::Loop::Turn::Kept); });
  Client quick(listener.address());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(quick.get("/quick"), "/quick");
  release.count_down();
  first.join();
  EXPECT_EQ(slow.receive(1).at(0).content, "/stuck");
  EXPECT_EQ(slow.get("/after"), "/after");

  struct StopLoop final : net::ServerShardOwner {
    explicit StopLoop(loop::Loop& stopped) : loop(stopped) {}
    void shard_closed() noexcept override {}
    void shard_settled() noexcept override { loop.stop(); }
    loop::Loop& loop;
  } owner(*loop);
  shard->set_owner(owner);
  shard->order_drain();
  second.join();
}

INSTANTIATE_TEST_SUITE_P(, ServerTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

}  // namespace
}  // namespace mastic::server
