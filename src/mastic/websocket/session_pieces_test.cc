// Messages that are received and sent in pieces.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cerrno>

#include "mastic/base/allocations_testing.h"
#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

struct SessionPiecesTest : SessionTest {
  /// Opens a socket that takes each message in pieces, and notes them.
  void open_reader() {
    open_with([this](WebSocket& socket) -> Task<> {
      while (std::optional<WebSocket::Incoming> message = co_await socket.receive_in_pieces()) {
        record.seen.emplace_back(message->is_binary() ? "binary" : "text");
        while (std::optional<std::string> piece = co_await message->next()) {
          record.seen.push_back(*piece);
        }
        record.seen.emplace_back(message->is_complete() ? "end" : "cut off");
      }
    });
  }
  [[nodiscard]] std::string seen() {
    std::string all;
    for (const std::string& each : std::exchange(record.seen, {})) all += each + "|";
    return all;
  }
};

TEST_P(SessionPiecesTest, AMessageIsReceivedAsItArrives) {
  options.max_message_bytes = 10;
  options.max_frame_bytes = 10;
  options.max_fragments = 2;
  open_reader();
  const std::string bytes = text("0123456789abcdef");
  send(bytes.substr(0, 10));
  EXPECT_EQ(seen(), "text|0123|");
  send(bytes.substr(10) + frame(Opcode::Binary, "a", false));
  EXPECT_EQ(seen(), "456789abcdef|end|binary|a|");
  for (int i = 0; i < 5; ++i) send(frame(Opcode::Continuation, "b", false));
  EXPECT_EQ(say(ping("p")), "pong p\n");
  send(frame(Opcode::Continuation, ""));
  EXPECT_EQ(seen(), "b|b|b|b|b||end|");
  EXPECT_EQ(say(text("") + close_frame(1000)), "close 1000\n");
  EXPECT_EQ(seen(), "text||end|");
  expect_nothing_left();
}

TEST_P(SessionPiecesTest, ALostConnectionCutsAMessageOff) {
  open_reader();
  send(frame(Opcode::Text, "begun", false));
  at().incoming_ended = true;
  server->turn(4);
  EXPECT_EQ(seen(), "text|begun|cut off|");
  expect_nothing_left();
}

TEST_P(SessionPiecesTest, AClientWaitsForAHandlerThatIsBehind) {
  bool goes_on = false;
  std::size_t bytes = 0;
  open_with([&](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Incoming> message = co_await socket.receive_in_pieces();
    while (!goes_on) co_await async::sleep_for(1s);
    while (std::optional<std::string> piece = co_await message->next()) bytes += piece->size();
  });
  for (int i = 0; i < 50; ++i) {
    send(frame(i == 0 ? Opcode::Binary : Opcode::Continuation, std::string(1000, 'x'), i == 49));
  }
  EXPECT_GE(at().incoming.size(), 30u);
  goes_on = true;
  pass(2s);
  server->turn(100);
  EXPECT_EQ(bytes, 50'000u);
  EXPECT_EQ(heard(), "close 1000\n");
}

TEST_P(SessionPiecesTest, WhatIsLeftUnreadIsDropped) {
  open_with([this](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Incoming> first = co_await socket.receive_in_pieces();
    record.seen.push_back(*co_await first->next());
    std::optional<WebSocket::Incoming> second = co_await socket.receive_in_pieces();
    record.seen.push_back(*co_await second->next());
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  send(frame(Opcode::Text, "1", false));
  send(frame(Opcode::Continuation, "2", false));
  send(frame(Opcode::Continuation, "3") + frame(Opcode::Text, "4", false));
  send(frame(Opcode::Continuation, "5") + text("6"));
  EXPECT_EQ(seen(), "1|4|6|");
}

TEST_P(SessionPiecesTest, WholeMessagesAreReceivedAgainWithTheirLimits) {
  options.max_message_bytes = 10;
  open_with([this](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Incoming> first = co_await socket.receive_in_pieces();
    record.seen.push_back(*co_await first->next());
    co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  send(text("first"));
  send(frame(Opcode::Text, "se", false));
  send(frame(Opcode::Continuation, "cond") + frame(Opcode::Text, "th", false));
  send(frame(Opcode::Continuation, "i", false));
  pass(2s);
  send(frame(Opcode::Continuation, "rd"));
  EXPECT_EQ(seen(), "first|second|third|");
  EXPECT_TRUE(say(text("0123456789a")).starts_with("close 1009 "));
}

TEST_P(SessionPiecesTest, AMessageThatIsWantedWholeAfterAllIsRefusedIfItIsTooLarge) {
  options.max_message_bytes = 10;
  open_with([this](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Incoming> first = co_await socket.receive_in_pieces();
    record.seen.push_back(*co_await first->next());
    co_await async::sleep_for(1s);
    while (std::optional<Message> message = co_await socket.receive()) {
      record.seen.push_back(message->data);
    }
  });
  send(text("first"));
  send(frame(Opcode::Text, "01234567", false));
  const std::string large = frame(Opcode::Continuation, std::string(1000, 'x'));
  send(large.substr(0, 20));
  pass(2s);
  EXPECT_TRUE(say(large.substr(20)).starts_with("close 1009 "));
  EXPECT_EQ(seen(), "first|");
}

TEST_P(SessionPiecesTest, PiecesOfCompressedMessagesAreNotLargeEither) {
  deflate.emplace();
  std::size_t largest = 0;
  std::size_t bytes = 0;
  open_with([&](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Incoming> message = co_await socket.receive_in_pieces();
    while (std::optional<std::string> piece = co_await message->next()) {
      largest = std::max(largest, piece->size());
      bytes += piece->size();
    }
  });
  constexpr std::size_t kBytes = 15 << 20;
  std::string bomb;
  wire::websocket::Deflater(15, 8, 9, false).append(bomb, std::string(kBytes, 'x'), true);
  std::string sent = binary(bomb);
  sent[0] = static_cast<char>(sent[0] | 0x40);
  send(sent);
  server->turn(100);
  EXPECT_EQ(bytes, kBytes);
  EXPECT_LT(largest, std::size_t{2} << 20);
}

TEST_P(SessionPiecesTest, WhatComesOfAMessageAfterTheSocketWasClosedIsNotKept) {
  if (!base::counts_heap_requests()) GTEST_SKIP() << "a sanitizer has its own heap";
  open_with([](WebSocket& socket) -> Task<> { (void)co_await socket.receive_in_pieces(); });
  const std::string piece = frame(Opcode::Continuation, std::string(100'000, 'x'), false);
  const auto used = [] {
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
  };
  EXPECT_EQ(say(frame(Opcode::Binary, "begun", false)), "close 1000\n");
  send(piece);
  const std::size_t before = used();
  for (int i = 0; i < 50; ++i) send(piece);
  EXPECT_TRUE(is_open());
  EXPECT_LT(used(), before + 1'000'000);
}

TEST_P(SessionPiecesTest, AMessageIsSentAsItIsMade) {
  open_with([](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Outgoing> message = co_await socket.send_in_pieces(false);
    (void)co_await socket.receive();
    (void)co_await message->write("one \xc3");
    (void)co_await socket.receive();
    (void)co_await message->write("\xa9");
    message->end();
    (void)co_await socket.send("whole");
    std::optional<WebSocket::Outgoing> empty = co_await socket.send_in_pieces(true);
    empty->end();
  });
  WebSocket socket = record.socket;
  EXPECT_EQ(socket.try_send("from outside"), Sent::Full);
  EXPECT_EQ(say(text("")), "text... one \xc3\n");
  EXPECT_EQ(say(ping("p")), "pong p\n");
  EXPECT_EQ(say(text("")), "more... \xa9\nmore \ntext whole\nbinary \nclose 1000\n");
}

TEST_P(SessionPiecesTest, OtherMessagesWaitUntilItHasEnded) {
  std::optional<WebSocket::Outgoing> message;
  topics::Topic topic;
  open_with([&](WebSocket& socket) -> Task<> {
    co_await socket.subscribe(topic);
    std::optional<WebSocket::Outgoing> begun = co_await socket.send_in_pieces(true);
    message.emplace(*std::move(begun));
    (void)co_await message->write("begin");
    (void)co_await socket.send("after");
    (void)co_await socket.receive();
  });
  topic.publish("published");
  server->turn(3);
  EXPECT_EQ(heard(), "binary... begin\n");
  message->end();
  message.reset();
  server->turn(3);
  EXPECT_EQ(heard(), "more \ntext after\ntext published\n");
}

TEST_P(SessionPiecesTest, AMessageThatIsNotEndedClosesTheSocket) {
  open_with([](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Outgoing> message = co_await socket.send_in_pieces(false);
    (void)co_await message->write("begun");
    EXPECT_THROW((void)message->write("\xff"), std::invalid_argument);
  });
  EXPECT_EQ(heard(), "text... begun\nclose 1011 a message was not ended\n");
}

TEST_P(SessionPiecesTest, ALargeMessageIsSentToAClientThatReadsSlowly) {
  options.max_queue_bytes = 10'000;
  open_with([](WebSocket& socket) -> Task<> {
    std::optional<WebSocket::Outgoing> message = co_await socket.send_in_pieces(true);
    for (int i = 0; i < 100; ++i) (void)co_await message->write(std::string(1000, 'x'));
    message->end();
  });
  std::string all = heard();
  for (int i = 0; i < 300; ++i) {
    at().room = 1000;
    server->turn(2);
    all += heard();
  }
  EXPECT_GT(all.size(), 100'000u);
  EXPECT_TRUE(all.ends_with("more \nclose 1000\n"));
}

MASTIC_FOR_BOTH_TRANSFERS(SessionPiecesTest);

}  // namespace
}  // namespace mastic::websocket
