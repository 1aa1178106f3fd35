// WebSockets whose handler is called for events, and handlers of both kinds that lose the loop.

#include <gtest/gtest.h>

#include <cerrno>

#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

/// Notes its events in a record, and sends messages back.
class NotedEvents : public EventHandler {
 public:
  explicit NotedEvents(SocketRecord& record) : record_(record) { ++record_.running; }
  ~NotedEvents() override { --record_.running; }

  void opened(WebSocket& socket) override {
    record_.seen.emplace_back("opened");
    (void)socket.try_send("welcome");
  }
  void received(WebSocket& socket, Message& message) override {
    record_.seen.push_back(message.data);
    if (message.data == "keep") record_.socket = socket;
    if (message.data == "close") socket.close(static_cast<CloseCode>(4000), "asked");
    if (message.data == "throw") throw std::runtime_error("no more tea");
    (void)socket.try_send(std::move(message));
  }
  void closed(WebSocket& socket, const Closed& how) override {
    record_.seen.push_back("closed " + describe(how));
    EXPECT_EQ(socket.try_send("x"), Sent::Closed);
    EXPECT_EQ(describe(socket.closed()), describe(how));
  }

 private:
  SocketRecord& record_;
};

struct SessionEventsTest : SessionTest {
  void open() {
    open_events([this] { return std::make_unique<NotedEvents>(record); });
  }
  void expect_seen(const std::vector<std::string>& expected) { EXPECT_EQ(record.seen, expected); }
};

TEST_P(SessionEventsTest, FunctionsAreCalledInOrder) {
  open();
  EXPECT_EQ(heard(), "text welcome\n");
  EXPECT_EQ(say(text("one") + binary("two")), "text one\nbinary two\n");
  EXPECT_EQ(say(text("three") + close_frame(1000, "bye")), "text three\nclose 1000\n");
  expect_seen({"opened", "one", "two", "three", "closed 1000 bye by the client"});
  expect_nothing_left();
}

TEST_P(SessionEventsTest, NothingRunsWhileTheSocketIsQuiet) {
  open();
  EXPECT_TRUE(server->tasks.empty());
  (void)say(text("one"));
  EXPECT_TRUE(server->tasks.empty());
}

TEST_P(SessionEventsTest, EveryByteMayArriveAlone) {
  open();
  const std::string bytes = text("hello") + ping("p") + frame(Opcode::Text, "fr", false) +
                            frame(Opcode::Continuation, "agment") + close_frame(1001);
  for (const char byte : bytes) at().incoming.emplace_back(1, byte);
  server->turn(static_cast<int>(2 * bytes.size()));
  expect_seen({"opened", "hello", "fragment", "closed 1001  by the client"});
  expect_nothing_left();
}

TEST_P(SessionEventsTest, ManyMessagesAtOnceAreAllHandled) {
  open();
  std::string many;
  std::string answers = "text welcome\n";
  for (int i = 0; i < 100; ++i) {
    many += text(std::to_string(i));
    answers += "text " + std::to_string(i) + "\n";
  }
  send(many + close_frame(1000));
  server->turn(20);
  EXPECT_EQ(heard(), answers + "close 1000\n");
  expect_nothing_left();
}

TEST_P(SessionEventsTest, CloseWithACode) {
  open();
  EXPECT_EQ(say(text("close") + text("late")), "text welcome\nclose 4000 asked\n");
  send(close_frame(4000));
  EXPECT_EQ(record.seen.back(), "closed 4000 asked");
  expect_nothing_left();
}

TEST_P(SessionEventsTest, AnExceptionClosesWith1011) {
  open();
  EXPECT_EQ(say(text("throw") + text("late")), "text welcome\nclose 1011\n");
  EXPECT_NE(server->recorded.text().find("no more tea"), std::string::npos);
  (void)say(text("later"));
  send(close_frame(1011));
  expect_seen({"opened", "throw", "closed 1011 "});
  expect_nothing_left();
}

TEST_P(SessionEventsTest, ALostConnectionIsTold) {
  open();
  at().recv_error = ECONNRESET;
  server->turn(4);
  expect_seen({"opened", "closed 1006  by the client"});
  expect_nothing_left();
}

TEST_P(SessionEventsTest, AHandleThatWasKeptWorksWhileTheSocketIsQuietAndAfterTheEnd) {
  open();
  (void)say(text("keep"));
  EXPECT_EQ(record.socket.try_send("later"), Sent::Taken);
  server->turn(3);
  EXPECT_EQ(heard(), "text later\n");
  record.socket.close();
  server->turn(3);
  EXPECT_EQ(heard(), "close 1000\n");
  send(close_frame(1000));
  expect_nothing_left();
  EXPECT_EQ(record.socket.try_send("x"), Sent::Closed);
  EXPECT_EQ(describe(record.socket.closed()), "1000 ");
}

TEST_P(SessionEventsTest, ADrainClosesQuietSockets) {
  open();
  (void)heard();
  server->drain();
  pass(10s);
  EXPECT_EQ(heard(), "close 1012\n");
  send(close_frame(1012));
  EXPECT_EQ(record.seen.back(), "closed 1012 ");
  expect_nothing_left();
}

TEST_P(SessionEventsTest, PingsGoOn) {
  open();
  (void)heard();
  pass(21s);
  EXPECT_EQ(heard(), "ping \n");
  pass(31s);
  EXPECT_TRUE(is_reset());
  EXPECT_EQ(record.seen.back(), "closed 1006  by the client");
  expect_nothing_left();
}

// ---- handlers that lose the loop ----

struct SessionHandOffTest : SessionTest {
  /// Gives the loop to another thread, as if this code had held its thread for too long. The next
  /// turn is that thread's first.
  void lose_loop() { EXPECT_TRUE(server->loop->take(server->loop->look())); }
  void turns() { server->turn(20); }
};

TEST_P(SessionHandOffTest, ATaskMayLoseTheLoopAtEveryStep) {
  open_with([this](WebSocket& socket) -> Task<> {
    lose_loop();
    while (std::optional<Message> message = co_await socket.receive()) {
      lose_loop();
      (void)co_await socket.send(*std::move(message));
    }
  });
  send(text("one") + text("two") + ping("p"));
  turns();
  EXPECT_EQ(heard(), "pong p\ntext one\ntext two\n");
  send(text("three") + close_frame(1000));
  turns();
  EXPECT_EQ(heard(), "text three\nclose 1000\n");
  turns();
  expect_nothing_left();
}

/// Loses the loop in each event.
class LosingEvents final : public NotedEvents {
 public:
  LosingEvents(SocketRecord& record, std::function<void()> lose)
      : NotedEvents(record), lose_(std::move(lose)) {}
  void opened(WebSocket& socket) override {
    lose_();
    NotedEvents::opened(socket);
  }
  void received(WebSocket& socket, Message& message) override {
    if (message.data != "again") lose_();
    NotedEvents::received(socket, message);
  }
  void closed(WebSocket& socket, const Closed& how) override {
    lose_();
    NotedEvents::closed(socket, how);
  }

 private:
  std::function<void()> lose_;
};

TEST_P(SessionHandOffTest, EventFunctionsMayLoseTheLoop) {
  open_events([this] { return std::make_unique<LosingEvents>(record, [this] { lose_loop(); }); });
  turns();
  send(text("one") + text("again"));
  send(text("two") + close_frame(1000));
  turns();
  EXPECT_EQ(heard(), "text welcome\ntext one\ntext again\ntext two\nclose 1000\n");
  EXPECT_EQ(record.seen, (std::vector<std::string>{"opened", "one", "again", "two",
                                                   "closed 1000  by the client"}));
  turns();
  expect_nothing_left();
}

TEST_P(SessionHandOffTest, TheConnectionMayEndWhileTheHandlerHoldsItsThread) {
  // While the handler is inside its function, the loop continues in the turns below.
  const auto go_on = [this] {
    lose_loop();
    at().incoming.emplace_back(text("unread"));
    at().recv_error = ECONNRESET;
    server->turn(4);
    EXPECT_FALSE(is_open());
    EXPECT_FALSE(server->tasks.empty());
  };
  bool is_time = false;
  open_events([&] {
    return std::make_unique<LosingEvents>(record, [&] {
      if (std::exchange(is_time, false)) go_on();
    });
  });
  is_time = true;
  send(text("go"));
  turns();
  EXPECT_EQ(record.seen,
            (std::vector<std::string>{"opened", "go", "unread", "closed 1006  by the client"}));
  expect_nothing_left();

  open_with([&](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    go_on();
    EXPECT_FALSE(socket.is_open());
    while (co_await socket.receive()) record.seen.emplace_back("received");
  });
  send(text("go"));
  turns();
  EXPECT_EQ(record.seen.back(), "received") << "what came before the end";
  expect_nothing_left();
}

MASTIC_FOR_BOTH_TRANSFERS(SessionEventsTest);
MASTIC_FOR_BOTH_TRANSFERS(SessionHandOffTest);

}  // namespace
}  // namespace mastic::websocket
