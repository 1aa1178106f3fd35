// Event streams on several loops and threads, on loops that change threads, and without memory.

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <charconv>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/allocations_testing.h"
#include "mastic/base/failures.h"
#include "mastic/events/events.h"
#include "mastic/server/client_testing.h"
#include "mastic/server/server.h"
#include "mastic/topics/topic.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using base::system_kernel;
using loop::Scheduler;
using topics::Topic;

constexpr int kPublishers = 4;
constexpr int kMessages = 300;

/// Checks that the messages "publisher-number" of each publisher come in order and without gaps.
class TokenOrder {
 public:
  void read(std::string_view bytes) {
    rest_ += bytes;
    for (std::size_t end = rest_.find("\n\n"); end != std::string::npos; end = rest_.find("\n\n")) {
      take(std::string_view(rest_).substr(0, end));
      rest_.erase(0, end + 2);
    }
  }
  [[nodiscard]] int messages() const { return messages_; }
  [[nodiscard]] bool is_right() const { return is_right_; }

 private:
  void take(std::string_view event) {
    const std::size_t data = event.find("data: ");
    if (data == std::string_view::npos) return;
    const char* const begin = event.data() + data + 6;
    int publisher = -1;
    int number = -1;
    const char* const dash = std::from_chars(begin, event.data() + event.size(), publisher).ptr;
    std::from_chars(dash + 1, event.data() + event.size(), number);
    const bool is_known = publisher >= 0 && publisher < kPublishers;
    if (!is_known || next_[static_cast<std::size_t>(publisher)]++ != number) is_right_ = false;
    ++messages_;
  }

  std::string rest_;
  std::array<int, kPublishers> next_{};
  int messages_ = 0;
  bool is_right_ = true;
};

struct EventStreamThreadsTest : testing::TestWithParam<Scheduler::HandOff> {
  EventStreamThreadsTest() {
    Options options;
    options.loop.loops = 2;
    options.loop.threads.hand_off = GetParam();
    options.linger_idle = options.drain_idle = 20ms;
    options.hung_after = 1h;
    server =
        std::make_unique<Server>(app::App([this](app::Request& request) {
                                   return events::event_stream(request, topic, {.heartbeat = 5ms});
                                 }),
                                 options, log, system_kernel());
    EXPECT_TRUE(server->listen(*base::Address::parse("127.0.0.1:0")));
    EXPECT_TRUE(server->start());
  }
  void wait_for_subscribers(std::size_t count) {
    while (topic.subscribers() != count) std::this_thread::yield();
  }
  /// Publishes the messages of all publishers, from a thread each.
  void publish_all() {
    std::vector<std::thread> publishers;
    for (int publisher = 0; publisher < kPublishers; ++publisher) {
      publishers.emplace_back([this, publisher] {
        for (int i = 0; i < kMessages; ++i) {
          topic.publish(std::to_string(publisher) + '-' + std::to_string(i));
        }
      });
    }
    for (std::thread& publisher : publishers) publisher.join();
  }

  Topic topic{{.max_waiting = std::size_t{kPublishers} * kMessages}};
  base::RecordingLog log;
  std::unique_ptr<Server> server;
};

TEST_P(EventStreamThreadsTest, EveryStreamGetsTheMessagesOfEachThreadInOrder) {
  constexpr int kClients = 6;
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&] {
      Client stream(server->addresses()[0]);
      stream.ask("/");
      TokenOrder order;
      while (order.messages() < kPublishers * kMessages && order.is_right()) {
        const std::string bytes = stream.receive_some();
        if (bytes.empty()) break;
        order.read(bytes);
      }
      if (order.is_right() && order.messages() == kPublishers * kMessages) ++right;
    });
  }
  wait_for_subscribers(kClients);
  publish_all();
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, kClients);
  wait_for_subscribers(0);
}

TEST_P(EventStreamThreadsTest, ClientsMayComeAndGoWhileOthersPublish) {
  std::atomic<bool> publishing{true};
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([&] {
      while (publishing) {
        Client stream(server->addresses()[0]);
        stream.ask("/");
        EXPECT_FALSE(stream.receive_some().empty());
      }
    });
  }
  publish_all();
  publishing = false;
  for (std::thread& client : clients) client.join();
  wait_for_subscribers(0);
}

/// Without the heartbeat, the client waits for hung_after.
TEST_P(EventStreamThreadsTest, AHeartbeatFollowsAMessageWhicheverThreadSentIt) {
  Client stream(server->addresses()[0]);
  stream.ask("/");
  wait_for_subscribers(1);
  for (int i = 0; i < 10; ++i) {
    topic.publish("news");
    std::string bytes;
    std::size_t message = std::string::npos;
    while (message == std::string::npos || bytes.find("\n:\n", message) == std::string::npos) {
      const std::string some = stream.receive_some();
      ASSERT_FALSE(some.empty());
      bytes += some;
      message = bytes.find("data: news");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, EventStreamThreadsTest,
                         testing::Values(Scheduler::HandOff::WhenStuck, Scheduler::HandOff::Always),
                         [](const auto& each) {
                           return each.param == Scheduler::HandOff::Always ? "HandOffAlways"
                                                                           : "HandOffWhenStuck";
                         });

// ---- without memory ----

class SilentLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// A shard on real sockets, because the real kernel allocates nothing in this process.
struct EventStreamMemoryTest : testing::Test {
  ~EventStreamMemoryTest() override {
    shard.abort_all();
    while (counters.connections() > 0 || shard.exchanges() > 0) (void)loop->turn(0s);
  }
  base::Descriptor ask() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    base::Descriptor server_end(system_kernel(), ends[0]);
    shard.adopt(std::make_unique<net::SocketStream>(*loop, std::move(server_end)), {});
    const std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_GT(send(ends[1], request.data(), request.size(), MSG_NOSIGNAL), 0);
    return {system_kernel(), ends[1]};
  }
  void turns() {
    for (int i = 0; i < 6; ++i) (void)loop->turn(0s);
  }

  Topic topic{{.history = 10}};
  SilentLog log;
  ServerCounters counters;
  Options options;
  app::App app{[this](app::Request& request) { return events::event_stream(request, topic); }};
  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(system_kernel(), loop::TransferKind::Syscall).value();
  Shard shard{*loop, app, options, log, counters};
};

TEST_F(EventStreamMemoryTest, AStreamBeginsOrDoesNotAndOthersContinue) {
  if (!base::counts_allocations()) GTEST_SKIP();
  const base::Descriptor stays = ask();
  turns();
  ASSERT_EQ(topic.subscribers(), 1u);
  const auto run = [&](base::Failures& failures) {
    const base::Descriptor client = ask();
    failures.during([&] { turns(); });
    topic.publish("hello");
    turns();
    std::array<char, 4096> bytes;
    EXPECT_GT(recv(stays.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT), 0) << failures.text();
  };
  // The server's end of a connection is closed some turns later.
  EXPECT_GT(base::for_each_failure(run, {.leaks = false}).allocations, 3u);
}

TEST_F(EventStreamMemoryTest, ADeliveryThatFailsEndsNoOtherStream) {
  if (!base::counts_allocations()) GTEST_SKIP();
  const auto run = [&](base::Failures& failures) {
    const base::Descriptor one = ask();
    const base::Descriptor two = ask();
    turns();
    ASSERT_EQ(topic.subscribers(), 2u);
    topic.publish(std::string(100, 'x'));
    failures.during([&] { turns(); });
    EXPECT_GE(topic.subscribers(), 1u) << failures.text();
    shard.abort_all();
    turns();
  };
  EXPECT_GT(base::for_each_failure(run).allocations, 0u);
}

}  // namespace
}  // namespace mastic::server
