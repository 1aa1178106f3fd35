// Handles of WebSockets on eight threads, while sockets open and close, and the loop changes its
// thread at every job.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mastic/loop/post.h"
#include "mastic/loop/scheduler.h"
#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

/// The sockets that threads use, of which some are closed.
class SharedSockets {
 public:
  void add(const WebSocket& socket) {
    const std::lock_guard lock(mutex_);
    sockets_[next_++ % sockets_.size()] = socket;
  }
  [[nodiscard]] WebSocket at(std::size_t place) {
    const std::lock_guard lock(mutex_);
    return sockets_[place % sockets_.size()];
  }

 private:
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::array<WebSocket, 16> sockets_;
};

struct SharingEvents final : EventHandler {
  SharingEvents(SharedSockets& to, std::atomic<int>& running) : sockets(to), count(running) {
    ++count;
  }
  ~SharingEvents() override { --count; }
  void opened(WebSocket& socket) override { sockets.add(socket); }
  void received(WebSocket& socket, Message& message) override {
    (void)socket.try_send(std::move(message));
  }
  SharedSockets& sockets;
  std::atomic<int>& count;
};

struct SessionThreadsTest : testing::Test {
  SessionThreadsTest() {
    server.emplace(base::system_kernel(),
                   loop::make_transfer(base::system_kernel(), loop::TransferKind::Syscall));
    scheduler.start(*server->loop);
  }
  ~SessionThreadsTest() override {
    on_loop([this] { server->abort(); });
    while (running > 0) std::this_thread::yield();
    server->loop->stop();
    EXPECT_EQ(scheduler.join(), 0u);
    server.reset();
  }

  /// Runs `work` on the loop and waits for it.
  void on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    loop::post(*server->loop, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// Opens a socket and returns its client's end.
  base::Descriptor connect(bool has_events) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    on_loop([&] {
      const Agreement agreement{.options = &options};
      auto upgrade =
          has_events
              ? make_upgrade(agreement, std::make_unique<SharingEvents>(sockets, running), history)
              : make_upgrade(agreement,
                             TaskHandler([this](WebSocket& socket) { return share(socket); }),
                             history);
      server->serve(base::Descriptor(base::system_kernel(), ends[0]), {},
                    [&](net::ProtocolHost& host) { return upgrade->open(host); });
    });
    return {base::system_kernel(), ends[1]};
  }
  /// Counts itself while it exists, also when what it awaits is cancelled by the abort at the end.
  struct Running {
    explicit Running(std::atomic<int>& in) : count(in) { ++count; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count; }
    std::atomic<int>& count;
  };
  /// Shares its socket and echoes.
  Task<> share(WebSocket& socket) {
    const Running counted(running);
    sockets.add(socket);
    while (std::optional<Message> message = co_await socket.receive()) {
      (void)co_await socket.send(*std::move(message));
    }
  }
  static void drain(const base::Descriptor& client) {
    std::array<char, 4096> buffer;
    while (recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) continue;
  }

  Options options{.max_queue_bytes = 4096};
  async::BlockingHistory history;
  SharedSockets sockets;
  std::atomic<int> running{0};
  topics::Topic topic;
  loop::Scheduler scheduler{{.hand_off = loop::Scheduler::HandOff::Always}};
  std::optional<net::TestedLoop> server;
};

TEST_F(SessionThreadsTest, HandlesMayBeUsedWhateverBecomesOfTheirSockets) {
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (std::size_t number = 0; number < 8; ++number) {
    threads.emplace_back([&, number] {
      for (std::size_t step = number; !is_over; ++step) {
        WebSocket socket = sockets.at(step);
        WebSocket copy = socket;
        (void)socket.try_send("from a thread");
        if (step % 7 == 0) socket.subscribe(topic);
        if (step % 11 == 0) topic.publish("published");
        if (step % 13 == 0) socket.unsubscribe(topic);
        if (step % 31 == number) copy.close(CloseCode::GoingAway, "by a thread");
        (void)socket.closed();
        (void)socket.peer();
        EXPECT_EQ(socket, copy);
        std::this_thread::yield();
      }
    });
  }
  std::vector<base::Descriptor> clients(8);
  for (std::size_t step = 0; step < 300; ++step) {
    base::Descriptor& client = clients[step % clients.size()];
    client = connect(step % 2 == 0);
    const std::string bytes = text("hello") + ping("p") + text("again");
    (void)::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    for (const base::Descriptor& each : clients) {
      if (each.fd() >= 0) drain(each);
    }
  }
  clients.clear();
  is_over = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_F(SessionThreadsTest, MessagesOfOneThreadArriveInOrder) {
  const base::Descriptor client = connect(false);
  WebSocket socket;
  while (!socket.is_open()) socket = sockets.at(0);
  std::vector<std::thread> threads;
  for (char name = 'a'; name < 'e'; ++name) {
    threads.emplace_back([socket, name]() mutable {
      for (int number = 0; number < 500;) {
        const Sent sent = socket.try_send(name + std::to_string(number));
        if (sent == Sent::Taken) ++number;
        if (sent == Sent::Full) std::this_thread::yield();
        if (sent == Sent::Closed) return;
      }
    });
  }
  std::string all;
  std::map<char, int> next;
  for (int count = 0; count < 4 * 500;) {
    pollfd ready{.fd = client.fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 10'000), 1);
    std::array<char, 4096> buffer;
    const ssize_t got = recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    ASSERT_GT(got, 0);
    all.append(buffer.data(), static_cast<std::size_t>(got));
    while (all.size() >= 2 && all.size() >= 2u + static_cast<unsigned char>(all[1])) {
      const std::string message = all.substr(2, static_cast<unsigned char>(all[1]));
      all.erase(0, 2 + message.size());
      EXPECT_EQ(message.substr(1), std::to_string(next[message[0]]++));
      ++count;
    }
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace mastic::websocket
