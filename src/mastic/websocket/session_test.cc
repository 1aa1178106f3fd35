// WebSockets whose handler is a task: messages both ways, order, bounds, pings.

#include <gtest/gtest.h>

#include <cerrno>

#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

// ---- messages ----

TEST_P(SessionTest, EchoesMessages) {
  open_echo();
  EXPECT_EQ(say(text("hello")), "text hello\n");
  EXPECT_EQ(say(text("one") + binary("two") + text("")), "text one\nbinary two\ntext \n");
  EXPECT_EQ(say(text(std::string(70'000, 'x'))), "text " + std::string(70'000, 'x') + "\n");
}

TEST_P(SessionTest, AFrameMayBeAsLargeAsAMessageUnlessItHasALimitOfItsOwn) {
  options.max_message_bytes = 3 << 20;
  const std::string large(2 << 20, 'x');
  open_echo();
  send(text(large));
  server->turn(200);  // so many receives
  EXPECT_EQ(heard(), "text " + large + "\n");
  options.max_frame_bytes = 1 << 20;
  open_echo();
  EXPECT_EQ(say(text(large)), "close 1009 a frame is larger than max_frame_bytes\n");
}

TEST_P(SessionTest, EveryByteMayArriveAlone) {
  open_echo();
  const std::string bytes = text("hello") + ping("p") + frame(Opcode::Binary, "fr", false) +
                            ping("between") + frame(Opcode::Continuation, "agment") +
                            close_frame(1000, "bye");
  for (const char byte : bytes) at().incoming.emplace_back(1, byte);
  server->turn(static_cast<int>(2 * bytes.size()));
  EXPECT_EQ(heard(), "text hello\npong p\npong between\nbinary fragment\nclose 1000\n");
  EXPECT_EQ(describe(record.closed), "1000 bye by the client");
  expect_nothing_left();
}

TEST_P(SessionTest, MayBeCutAtEveryByte) {
  const std::string bytes = frame(Opcode::Text, "hel", false) + ping("p") +
                            frame(Opcode::Continuation, "lo") + text("next") + close_frame(1001);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    open_echo();
    at().incoming.emplace_back(bytes.substr(0, cut));
    at().incoming.emplace_back(bytes.substr(cut));
    server->turn(6);
    EXPECT_EQ(heard(), "pong p\ntext hello\ntext next\nclose 1001\n") << cut;
    expect_nothing_left();
  }
}

TEST_P(SessionTest, APeerThatLeavesAtAnyByteEndsTheHandler) {
  const std::string bytes = frame(Opcode::Text, "hel", false) + ping("p") +
                            frame(Opcode::Continuation, "lo") + close_frame(1001);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    for (const bool resets : {false, true}) {
      open_echo();
      (void)say(bytes.substr(0, cut));
      resets ? void(at().recv_error = ECONNRESET) : void(at().incoming_ended = true);
      server->turn(4);
      EXPECT_EQ(describe(record.closed), "1006  by the client") << cut;
      EXPECT_FALSE(record.socket.is_open());
      expect_nothing_left();
    }
  }
}

TEST_P(SessionTest, MessagesThatCameBeforeTheEndAreStillReceived) {
  open_with([this](WebSocket& socket) -> Task<> {
    co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  (void)say(text("one") + text("two") + close_frame(1000));
  pass(2s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(record.seen, (std::vector<std::string>{"one", "two"}));
  expect_nothing_left();
}

TEST_P(SessionTest, OnlyTheHandlerMayReceive) {
  open_echo();
  EXPECT_THROW((void)record.socket.receive(), std::logic_error);
  EXPECT_THROW((void)WebSocket().receive(), std::logic_error);
}

TEST_P(SessionTest, OnlyOneTaskReceivesAtATime) {
  open_with([this](WebSocket& socket) -> Task<> {
    const auto receive = [](WebSocket& from, SocketRecord& note) -> Task<> {
      try {
        (void)co_await from.receive();
      } catch (const std::logic_error&) {
        note.seen.emplace_back("second");
      }
    };
    co_await async::task_group([&](async::TaskGroup& tasks) {
      tasks.spawn(receive(socket, record));
      tasks.spawn(receive(socket, record));
    });
  });
  (void)say(text("one"));
  EXPECT_EQ(record.seen, std::vector<std::string>{"second"});
}

TEST_P(SessionTest, AReceiveThatIsCancelledLosesNothing) {
  open_with([this](WebSocket& socket) -> Task<> {
    try {
      (void)co_await async::with_timeout(socket.receive(), 1s);
    } catch (const async::TimedOut&) {
      record.seen.emplace_back("late");
    }
    const std::optional<Message> message = co_await socket.receive();
    record.seen.push_back(message->data);
  });
  pass(2s);
  (void)say(text("hello"));
  EXPECT_EQ(record.seen, (std::vector<std::string>{"late", "hello"}));
}

// ---- a handler that is behind ----

TEST_P(SessionTest, ReadsAheadAtMost16Messages) {
  bool goes_on = false;
  open_with([&](WebSocket& socket) -> Task<> {
    while (!goes_on) co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  std::string many;
  for (int i = 0; i < 100; ++i) many += text(std::to_string(i));
  (void)say(many);
  (void)say(ping("late"));
  EXPECT_EQ(heard(), "") << "the ping waits behind the messages";
  EXPECT_EQ(at().incoming.size(), 1u) << "the client has to wait";
  goes_on = true;
  pass(2s);
  EXPECT_EQ(record.seen.size(), 100u);
  EXPECT_EQ(heard(), "pong late\n");
}

TEST_P(SessionTest, ReadsAheadAtMostMaxMessageBytes) {
  options.max_message_bytes = 1000;
  open_with([&](WebSocket& socket) -> Task<> {
    co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  (void)say(text(std::string(600, 'a')) + text(std::string(600, 'b')) + text("c"));
  (void)say(text("d"));
  EXPECT_EQ(at().incoming.size(), 1u);
  pass(2s);
  EXPECT_EQ(record.seen.size(), 4u);
}

TEST_P(SessionTest, NoPingGivesUpAClientThatHasToWait) {
  open_with([&](WebSocket&) -> Task<> { co_await async::sleep_for(600s); });
  std::string many;
  for (int i = 0; i < 20; ++i) many += text("x");
  (void)say(many);
  pass(300s);
  EXPECT_TRUE(is_open());
  EXPECT_EQ(heard(), "");
}

// ---- sending ----

TEST_P(SessionTest, SendsInTheOrderOfTheCalls) {
  open_with([](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    for (int i = 0; i < 5; ++i) (void)co_await socket.send(std::to_string(i));
    (void)co_await socket.receive();
  });
  EXPECT_EQ(say(text("go")), "text 0\ntext 1\ntext 2\ntext 3\ntext 4\n");
}

TEST_P(SessionTest, AClientThatIsBehindMakesSendWait) {
  options.max_queue_bytes = 10'000;
  int sent = 0;
  open_with([&](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    while (co_await socket.send(std::string(900, 'x')) == Sent::Taken) ++sent;
  });
  at().room = 0;
  (void)say(text("go"));
  EXPECT_GE(sent, 9);
  EXPECT_LE(sent, 11);
  EXPECT_EQ(record.socket.try_send("x"), Sent::Full);
  at().room = SIZE_MAX;
  server->turn(10);
  EXPECT_GT(sent, 15);
  EXPECT_TRUE(heard().starts_with("text xxx"));
  at().recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(record.socket.try_send("x"), Sent::Closed);
  expect_nothing_left();
}

TEST_P(SessionTest, AMessageLargerThanTheQueueIsSentWhenTheQueueIsEmpty) {
  options.max_queue_bytes = 1000;
  open_echo();
  const std::string large(5000, 'x');
  EXPECT_EQ(say(text(large)), "text " + large + "\n");
  EXPECT_EQ(say(text(large)), "text " + large + "\n");
}

TEST_P(SessionTest, TheAnswerToAPingOvertakesWhatWaits) {
  open_with([&](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    for (int i = 0; i < 100; ++i) (void)co_await socket.send_binary(std::string(9000, 'x'));
    (void)co_await socket.receive();
  });
  at().room = 0;
  send(text("go"));
  send(ping("now"));
  at().room = SIZE_MAX;
  server->turn(10);
  const std::string all = heard();
  EXPECT_LT(all.find("pong now"), 100'000u);
  EXPECT_GT(all.size(), 900'000u);
}

TEST_P(SessionTest, OnlyTheLastPingOfAClientThatDoesNotReadIsAnswered) {
  open_with([&](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    (void)co_await socket.send_binary(std::string(100'000, 'x'));
    (void)co_await socket.receive();
  });
  at().room = 0;
  send(text("go"));
  send(ping("1") + ping("2"));
  send(ping("3"));
  at().room = SIZE_MAX;
  server->turn(4);
  const std::string all = heard();
  EXPECT_EQ(all.substr(all.find('\n')), "\npong 3\n");
}

TEST_P(SessionTest, RefusesTextThatIsNotUtf8) {
  open_echo();
  EXPECT_THROW((void)record.socket.try_send("\xff"), std::invalid_argument);
  EXPECT_EQ(record.socket.try_send(Message::of_bytes("\xff")), Sent::Taken);
}

TEST_P(SessionTest, OtherCodeOfTheLoopSendsWithoutWakingIt) {
  open_echo();
  net::TestedHost* const first = client;
  const WebSocket one = record.socket;
  client = &connect();
  WebSocket other = record.socket;
  record.socket = one;
  EXPECT_NE(one, other);
  EXPECT_EQ(other.try_send("from outside"), Sent::Taken);
  server->turn(2);
  EXPECT_EQ(heard(), "text from outside\n");
  client = first;
  EXPECT_EQ(say(text("still")), "text still\n");
}

// ---- silence ----

TEST_P(SessionTest, ASilentClientIsPingedAndThenGivenUp) {
  open_echo();
  pass(19s);
  EXPECT_EQ(heard(), "");
  pass(2s);
  EXPECT_EQ(heard(), "ping \n");
  pass(28s);
  EXPECT_TRUE(is_open());
  pass(2s);
  EXPECT_TRUE(is_reset());
  EXPECT_EQ(describe(record.closed), "1006  by the client");
  expect_nothing_left();
}

TEST_P(SessionTest, AnythingThatArrivesIsASignOfLife) {
  open_echo();
  for (int i = 0; i < 10; ++i) {
    pass(15s);
    EXPECT_EQ(say(i % 2 == 0 ? pong("unasked") : text("x")), i % 2 == 0 ? "" : "text x\n");
  }
  pass(21s);
  EXPECT_EQ(heard(), "ping \n");
  pass(15s);
  send(pong(""));
  pass(19s);
  EXPECT_EQ(heard(), "");
  pass(2s);
  EXPECT_EQ(heard(), "ping \n") << "20 s after the client was heard";
  EXPECT_TRUE(is_open());
}

TEST_P(SessionTest, APingThatWaitsBehindALargeMessageGivesUpOnlyAClientThatTakesNothing) {
  open_with([](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    (void)co_await socket.send_binary(std::string(1'000'000, 'x'));
    (void)co_await socket.receive();
  });
  at().room = 0;
  send(text("go"));
  pass(21s);
  for (int i = 0; i < 10; ++i) {
    at().room = 90'000;
    pass(30s);
    EXPECT_TRUE(is_open()) << i;
  }
  at().room = SIZE_MAX;
  server->turn(4);
  EXPECT_TRUE(heard().ends_with("\nping \n"));
  send(pong(""));
  EXPECT_TRUE(is_open());

  at().room = 0;
  EXPECT_EQ(record.socket.try_send(std::string(100'000, 'x')), Sent::Taken);
  pass(21s);
  at().room = 90'000;
  pass(30s);
  EXPECT_TRUE(is_open());
  pass(31s);
  EXPECT_TRUE(is_reset()) << "it took nothing for a whole deadline";
  expect_nothing_left();
}

TEST_P(SessionTest, WhatAClientHasYetToTakeFromTheKernelCountsToo) {
  open_echo();
  at().unacknowledged = 100'000;
  pass(21s);
  EXPECT_EQ(heard(), "ping \n");
  for (const unsigned left : {70'000U, 30'000U, 0U}) {
    at().unacknowledged = left;
    pass(30s);
    EXPECT_TRUE(is_open()) << left;
  }
  pass(30s);
  EXPECT_TRUE(is_reset()) << "it has got the ping, and does not answer";

  open_echo();
  at().unacknowledged = 100'000;
  pass(21s);
  at().unacknowledged += heard().size() - 4;  // the two bytes of the ping
  pass(30s);
  EXPECT_TRUE(is_reset()) << "it takes nothing";
  expect_nothing_left();
}

TEST_P(SessionTest, AClientWhosePongWaitsBehindItsOwnMessageIsNotGivenUp) {
  open_echo();
  const std::string message(1000, 'x');
  const std::string bytes = text(message) + pong("");
  for (std::size_t i = 0; i < 10; ++i) {
    pass(45s);
    send(std::string_view(bytes).substr(i * 100, 100));
    EXPECT_TRUE(is_open()) << i;
  }
  EXPECT_TRUE(say(std::string_view(bytes).substr(1000)).ends_with("ping \ntext " + message + "\n"));
  pass(51s);
  EXPECT_TRUE(is_reset());
}

MASTIC_FOR_BOTH_TRANSFERS(SessionTest);

}  // namespace
}  // namespace mastic::websocket
