// How WebSockets end.

#include <gtest/gtest.h>

#include <cerrno>

#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

struct SessionEndTest : SessionTest {
  /// Opens a socket whose handler receives until nothing comes.
  void open_listener() {
    open_with([this](WebSocket& socket) -> Task<> {
      while (std::optional<Message> message = co_await socket.receive()) {
        record.seen.push_back(message->data);
      }
    });
  }
};

// ---- the client begins ----

TEST_P(SessionEndTest, AnswersTheCloseFrameAndClosesFirst) {
  open_listener();
  EXPECT_EQ(say(close_frame(1000, "bye")), "close 1000\n");
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  EXPECT_EQ(describe(record.closed), "1000 bye by the client");
  expect_nothing_left();
}

TEST_P(SessionEndTest, ACloseFrameWithoutACodeIsAnsweredWithoutACode) {
  open_listener();
  EXPECT_EQ(say(close_frame()), "close \n");
  EXPECT_EQ(describe(record.closed), "1005  by the client");
}

TEST_P(SessionEndTest, NothingIsReadAfterTheCloseFrame) {
  open_listener();
  EXPECT_EQ(say(close_frame(3000) + text("late") + ping("late")), "close 3000\n");
  EXPECT_TRUE(record.seen.empty());
  expect_nothing_left();
}

TEST_P(SessionEndTest, TheAnswerLeavesBeforeTheConnectionIsClosed) {
  open_listener();
  at().room = 1;
  send(close_frame(1000));
  EXPECT_TRUE(is_open());
  at().room = SIZE_MAX;
  server->turn(4);
  EXPECT_EQ(heard(), "close 1000\n");
  EXPECT_FALSE(is_open());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatDoesNotTakeTheAnswerIsGivenUp) {
  open_listener();
  at().room = 1;
  send(close_frame(1000));
  pass(11s);
  EXPECT_TRUE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AnswersToEarlierMessagesLeaveBeforeTheAnswerToTheCloseFrame) {
  open_echo();
  EXPECT_EQ(say(text("one") + text("two") + close_frame(1000)), "text one\ntext two\nclose 1000\n");
  EXPECT_EQ(describe(record.closed), "1000  by the client");
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatLeavesAfterItsCloseFrameIsStillAnsweredAndHasSaidHow) {
  open_with([this](WebSocket& socket) -> Task<> {
    co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      (void)co_await socket.send(*std::move(message));
    }
    record.seen.push_back(describe(socket.closed()));
  });
  at().incoming_ended = true;
  send(text("one") + close_frame(1001, "going"));
  pass(2s);
  EXPECT_EQ(heard(), "text one\nclose 1001\n");
  EXPECT_EQ(record.seen, std::vector<std::string>{"1001 going by the client"});
  expect_nothing_left();
  open_with([](WebSocket&) -> Task<> { co_await async::sleep_for(1s); });
  send(text("one") + close_frame(1001, "going"));
  at().recv_error = ECONNRESET;
  pass(2s);
  EXPECT_EQ(describe(record.socket.closed()), "1001 going by the client");
}

TEST_P(SessionEndTest, AMessageThatIsNotTheExpectedJsonClosesWith1007) {
  open_with([](WebSocket& socket) -> Task<> {
    while (std::optional<int> number = co_await socket.receive_json<int>()) {
      (void)co_await socket.send_json(*number + 1);
    }
  });
  EXPECT_EQ(say(text("41")), "text 42\n");
  const std::string answer = say(text("\"tea\""));
  EXPECT_TRUE(answer.starts_with("close 1007 ")) << answer;
  EXPECT_GT(answer.size(), 15u) << "the reason names the place";
  EXPECT_EQ(as_close_reason("\xff"), "");
  EXPECT_EQ(as_close_reason(std::string(122, 'x') + "é"), std::string(122, 'x'));
}

TEST_P(SessionEndTest, AHandlerThatDoesSomethingElseDelaysTheAnswerOnlyForAWhile) {
  open_with([](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    co_await async::sleep_for(20s);
  });
  EXPECT_EQ(say(text("one") + text("two") + close_frame(1000)), "");
  pass(6s);
  EXPECT_EQ(heard(), "close 1000\n");
  EXPECT_FALSE(is_open());
  pass(6s);
  expect_nothing_left();
}

// ---- this side begins ----

TEST_P(SessionEndTest, AHandlerThatReturnsClosesWith1000AfterWhatItSent) {
  open_with([](WebSocket& socket) -> Task<> { (void)co_await socket.send("last"); });
  EXPECT_EQ(heard(), "text last\nclose 1000\n");
  EXPECT_TRUE(is_open());
  send(text("ignored") + close_frame(1000));
  EXPECT_FALSE(is_open());
  EXPECT_EQ(describe(record.socket.closed()), "1000 ");
  expect_nothing_left();
}

TEST_P(SessionEndTest, AHandlerThatThrowsClosesWith1011AndIsLogged) {
  open_with([](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    throw std::runtime_error("no more tea");
  });
  EXPECT_EQ(say(text("go")), "close 1011\n");
  EXPECT_NE(
      server->recorded.text().find("the handler of a WebSocket failed: std::runtime_error: no "
                                   "more tea"),
      std::string::npos)
      << server->recorded.text();
  send(close_frame(1011));
  expect_nothing_left();
}

TEST_P(SessionEndTest, ClosesWithACodeAndAReasonAfterWhatWasSent) {
  open_listener();
  EXPECT_EQ(record.socket.try_send("first"), Sent::Taken);
  record.socket.close(static_cast<CloseCode>(4001), "déjà vu");
  EXPECT_EQ(record.socket.try_send("late"), Sent::Closed);
  record.socket.close(CloseCode::Normal, "second");
  server->turn(3);
  EXPECT_EQ(heard(), "text first\nclose 4001 déjà vu\n");
  EXPECT_EQ(describe(record.closed), "4001 déjà vu") << "the handler need not wait for the client";
  send(text("late") + close_frame(4001));
  EXPECT_FALSE(is_open());
  EXPECT_TRUE(record.seen.empty());
  expect_nothing_left();
}

TEST_P(SessionEndTest, RefusesWhatMustNotBeSent) {
  open_listener();
  WebSocket socket = record.socket;
  EXPECT_THROW(socket.close(CloseCode::NoStatus), std::invalid_argument);
  EXPECT_THROW(socket.close(CloseCode::Abnormal), std::invalid_argument);
  EXPECT_THROW(socket.close(static_cast<CloseCode>(1015)), std::invalid_argument);
  EXPECT_THROW(socket.close(static_cast<CloseCode>(999)), std::invalid_argument);
  EXPECT_THROW(socket.close(CloseCode::Normal, std::string(124, 'x')), std::invalid_argument);
  EXPECT_THROW(socket.close(CloseCode::Normal, "\xc3"), std::invalid_argument);
  EXPECT_TRUE(socket.is_open());
}

TEST_P(SessionEndTest, AClientThatDoesNotAnswerIsGivenUp) {
  open_listener();
  record.socket.close();
  pass(4s);
  EXPECT_TRUE(is_open());
  pass(2s);
  EXPECT_TRUE(is_reset());
  EXPECT_EQ(describe(record.socket.closed()), "1006  by the client");
  expect_nothing_left();
}

TEST_P(SessionEndTest, BothSidesMayCloseAtOnce) {
  open_listener();
  at().room = 0;
  record.socket.close(static_cast<CloseCode>(4001));
  send(close_frame(4002));
  at().room = SIZE_MAX;
  server->turn(4);
  EXPECT_EQ(heard(), "close 4001\n");
  EXPECT_FALSE(is_open());
  expect_nothing_left();
}

TEST_P(SessionEndTest, ASlowClientMayReadToTheEndBeforeItAnswers) {
  open_listener();
  at().room = 0;
  for (int i = 0; i < 10; ++i) (void)record.socket.try_send(std::string(20'000, 'x'));
  record.socket.close();
  server->turn(3);
  for (int i = 0; i < 7; ++i) {
    at().room = 26'000;
    pass(4s);
  }
  EXPECT_TRUE(is_open());
  at().room = SIZE_MAX;
  server->turn(4);
  EXPECT_TRUE(heard().ends_with("close 1000\n"));
  send(close_frame(1000));
  expect_nothing_left();
}

TEST_P(SessionEndTest, ASlowClientMayTakeFromTheKernelToTheEndBeforeItAnswers) {
  open_listener();
  (void)record.socket.try_send("last");
  record.socket.close();
  at().unacknowledged = 100'000;
  server->turn(3);
  for (const unsigned left : {60'000U, 20'000U, 0U}) {
    at().unacknowledged = left;
    pass(5s);
    EXPECT_TRUE(is_open()) << left << ": the last message would be lost";
  }
  send(close_frame(1000));
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  EXPECT_EQ(describe(record.socket.closed()), "1000 ");
  expect_nothing_left();
}

// ---- what the client sends after our close frame ----

TEST_P(SessionEndTest, WhatIsMalformedAfterOurCloseFrameIsDiscardedUntilTheClientEnds) {
  open_listener();
  record.socket.close(static_cast<CloseCode>(4001));
  server->turn(3);
  EXPECT_EQ(say("\xff\xff"), "close 4001\n");
  EXPECT_TRUE(at().write_shut) << "the client learns that it may go";
  EXPECT_TRUE(is_open()) << "the close frame may still be under way";
  send("\xff\xff");
  EXPECT_TRUE(at().incoming.empty()) << "unread bytes would reset the connection";
  at().incoming_ended = true;
  server->turn(3);
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AMessageThatIsTooBigAfterOurCloseFrameIsDiscardedToo) {
  options.max_message_bytes = 1000;
  open_listener();
  record.socket.close();
  server->turn(3);
  EXPECT_EQ(say(text(std::string(100'000, 'x'))), "close 1000\n");
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(at().incoming.empty());
  at().incoming_ended = true;
  server->turn(3);
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatHasMuchUnderWayMayAnswerAfterIt) {
  open_listener();
  record.socket.close();
  server->turn(3);
  for (int i = 0; i < 60; ++i) send(binary(std::string(64'000, 'x')));
  send(close_frame(1000));
  EXPECT_EQ(heard(), "close 1000\n");
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatSendsWithoutEndAfterOurCloseFrameIsNotReadWithoutEnd) {
  open_listener();
  record.socket.close();
  server->turn(3);
  const std::string message = binary(std::string(64'000, 'x'));
  int read = 0;
  for (; read < 1000 && at().incoming.empty(); ++read) send(message);
  EXPECT_LT(read, 100);
  EXPECT_TRUE(is_open());
  pass(6s);
  EXPECT_TRUE(is_reset());
  expect_nothing_left();
}

// ---- malformed ----

TEST_P(SessionEndTest, TellsTheClientWhatIsWrongAndReadsOnUntilItHasHeard) {
  open_listener();
  const std::string answer = say(text("fine") + std::string("\x83\x80\0\0\0\0", 6));
  EXPECT_TRUE(answer.starts_with("close 1002 ")) << answer;
  EXPECT_TRUE(at().write_shut);
  EXPECT_TRUE(is_open());
  EXPECT_EQ(record.seen, std::vector<std::string>{"fine"});
  EXPECT_TRUE(describe(record.closed).starts_with("1002 ")) << describe(record.closed);
  EXPECT_EQ(say(text("more")), "");
  at().incoming_ended = true;
  server->turn(3);
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatSendsOnAfterAnErrorIsClosedInTheEnd) {
  open_listener();
  (void)say("\xff\xff");
  for (int i = 0; i < 6; ++i) {
    send(text("more"));
    pass(1s);
  }
  EXPECT_FALSE(is_open());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AMessageThatIsTooBigClosesWith1009) {
  options.max_message_bytes = 10;
  open_listener();
  EXPECT_EQ(say(text("0123456789") + text("0123456789a")),
            "close 1009 a message is larger than max_message_bytes\n");
  EXPECT_EQ(record.seen, std::vector<std::string>{"0123456789"});
  EXPECT_TRUE(server->recorded.text().contains(
      "a WebSocket is closed with 1009: a message is larger than max_message_bytes"))
      << server->recorded.text();
}

TEST_P(SessionEndTest, TextThatIsNotUtf8ClosesWith1007) {
  open_listener();
  const std::string answer = say(text("\xff"));
  EXPECT_TRUE(answer.starts_with("close 1007 ")) << answer;
}

constexpr std::string_view kMalformed("\x83\x80\0\0\0\0", 6);  // an unknown opcode

TEST_P(SessionEndTest, AnswersToEarlierMessagesLeaveBeforeTheClientIsToldWhatIsWrong) {
  open_echo();
  const std::string answer = say(text("one") + text("two") + std::string(kMalformed));
  EXPECT_TRUE(answer.starts_with("text one\ntext two\nclose 1002 ")) << answer;
  EXPECT_TRUE(at().write_shut);
  EXPECT_TRUE(describe(record.closed).starts_with("1002 ")) << describe(record.closed);
  at().incoming_ended = true;
  server->turn(3);
  expect_nothing_left();
}

TEST_P(SessionEndTest, EventFunctionsAnswerEarlierMessagesBeforeTheClientIsToldWhatIsWrong) {
  struct Echo final : EventHandler {
    explicit Echo(SocketRecord& notes) : record(notes) {}
    void received(WebSocket& socket, Message& message) override {
      (void)socket.try_send(std::move(message));
    }
    void closed(WebSocket&, const Closed& how) override { record.closed = how; }
    SocketRecord& record;
  };
  open_events([this] { return std::make_unique<Echo>(record); });
  const std::string answer = say(text("one") + text("two") + std::string(kMalformed) + text("x"));
  EXPECT_TRUE(answer.starts_with("text one\ntext two\nclose 1002 ")) << answer;
  EXPECT_TRUE(at().write_shut);
  at().incoming_ended = true;
  server->turn(3);
  EXPECT_TRUE(describe(record.closed).starts_with("1002 ")) << describe(record.closed);
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AHandlerThatDoesSomethingElseDelaysWordOfAnErrorOnlyForAWhile) {
  open_with([](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    co_await async::sleep_for(20s);
  });
  EXPECT_EQ(say(text("one") + text("two") + std::string(kMalformed)), "");
  pass(6s);
  EXPECT_TRUE(heard().starts_with("close 1002 "));
  pass(6s);
  EXPECT_FALSE(is_open());
  pass(6s);
  expect_nothing_left();
}

TEST_P(SessionEndTest, AClientThatEndsItsSideAfterAnErrorStillGetsTheAnswers) {
  open_echo();
  at().room = 1;
  at().incoming_ended = true;
  send(text("one") + std::string(kMalformed));
  EXPECT_TRUE(is_open());
  at().room = SIZE_MAX;
  server->turn(4);
  const std::string answer = heard();
  EXPECT_TRUE(answer.starts_with("text one\nclose 1002 ")) << answer;
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AnErrorBehindManyMessagesIsReportedAfterAllOfThem) {
  open_echo();
  std::string sent;
  std::string echoed;
  for (int i = 0; i < 50; ++i) {
    sent += text(std::to_string(i));
    echoed += "text " + std::to_string(i) + "\n";
  }
  send(sent + std::string(kMalformed));
  server->turn(60);
  const std::string answer = heard();
  EXPECT_TRUE(answer.starts_with(echoed + "close 1002 ")) << answer;
  at().incoming_ended = true;
  server->turn(3);
  EXPECT_FALSE(is_open()) << "the end of the client is seen";
  expect_nothing_left();
}

// ---- handlers that do not end ----

TEST_P(SessionEndTest, AHandlerMayCleanUpForAWhileAndIsCancelledThen) {
  open_with([this](WebSocket& socket) -> Task<> {
    (void)co_await socket.receive();
    co_await async::sleep_for(4s);
    record.seen.emplace_back("cleaned up");
    co_await async::sleep_for(4s);
    record.seen.emplace_back("not cancelled");
  });
  at().recv_error = ECONNRESET;
  pass(3s);
  EXPECT_EQ(record.running, 1);
  EXPECT_FALSE(server->tasks.empty()) << "the server waits for it";
  pass(3s);
  EXPECT_EQ(record.seen, std::vector<std::string>{"cleaned up"});
  expect_nothing_left();
}

TEST_P(SessionEndTest, AnAbortOfTheServerCancelsAtOnce) {
  open_with([](WebSocket&) -> Task<> { co_await async::sleep_for(100s); });
  server->abort();
  server->turn(3);
  EXPECT_TRUE(is_reset());
  expect_nothing_left();
}

TEST_P(SessionEndTest, AnAbortOfTheServerCancelsAHandlerWhoseConnectionIsGoneAlready) {
  open_with([](WebSocket&) -> Task<> { co_await async::sleep_for(100s); });
  at().recv_error = ECONNRESET;
  server->turn(3);
  EXPECT_EQ(record.running, 1);
  server->abort();
  server->turn(3);
  expect_nothing_left();
}

// ---- drain ----

TEST_P(SessionEndTest, ADrainClosesWith1012SpreadOverHalfOfItsTime) {
  open_listener();
  std::vector<net::TestedHost*> clients{client};
  for (int i = 0; i < 99; ++i) clients.push_back(&connect());
  server->drain();
  std::vector<int> closed;
  for (int second = 0; second < 15; ++second) {
    pass(1s);
    int count = 0;
    for (net::TestedHost* const each : clients) {
      client = each;
      if (heard() != "close 1012\n") continue;
      ++count;
      send(close_frame(1012));
    }
    closed.push_back(count);
  }
  int all = 0;
  for (const int count : closed) {
    EXPECT_GE(count, 4);
    EXPECT_LE(count, 10);
    all += count;
  }
  EXPECT_EQ(all, 100);
}

TEST_P(SessionEndTest, ASocketThatOpensDuringADrainIsClosedToo) {
  open_listener();
  server->drain();
  pass(15s);
  EXPECT_EQ(heard(), "close 1012\n");
  send(close_frame(1012));
  expect_nothing_left();
}

MASTIC_FOR_BOTH_TRANSFERS(SessionEndTest);

}  // namespace
}  // namespace mastic::websocket
