// WebSockets that subscribe to topics, and messages that are compressed.

#include <gtest/gtest.h>

#include <cerrno>

#include "mastic/websocket/session_testing.h"

namespace mastic::websocket {
namespace {

struct SessionTopicsTest : SessionTest {
  /// Opens a socket that subscribes to `topic` and then echoes.
  void open_subscribed() {
    open_with([this](WebSocket& socket) -> Task<> {
      socket.subscribe(topic);
      while (std::optional<Message> message = co_await socket.receive()) {
        (void)co_await socket.send(*std::move(message));
      }
    });
  }
  /// Publishes, and returns what the client gets.
  std::string publish(std::string text) {
    topic.publish(std::move(text));
    server->turn(4);
    return heard();
  }

  topics::TopicOptions topic_options{.max_waiting = 3};
  topics::Topic topic{topic_options};
};

TEST_P(SessionTopicsTest, EverySubscriberGetsWhatIsPublished) {
  open_subscribed();
  net::TestedHost* const first = client;
  client = &connect();
  EXPECT_EQ(topic.subscribers(), 2u);
  EXPECT_EQ(publish("hello"), "text hello\n");
  client = first;
  EXPECT_EQ(heard(), "text hello\n");
  const std::string large(10'000, 'x');
  EXPECT_EQ(publish(large), "text " + large + "\n");
  topic.publish_binary("bytes");
  server->turn(3);
  EXPECT_EQ(heard(), "binary bytes\n");
}

TEST_P(SessionTopicsTest, ASubscriptionEndsWithTheSocketOrBefore) {
  open_subscribed();
  record.socket.subscribe(topic);
  server->turn(3);
  EXPECT_EQ(topic.subscribers(), 1u);
  record.socket.unsubscribe(topic);
  server->turn(3);
  EXPECT_EQ(topic.subscribers(), 0u);
  EXPECT_EQ(publish("hello"), "");
  record.socket.subscribe(topic);
  server->turn(3);
  EXPECT_EQ(topic.subscribers(), 1u);
  at().recv_error = ECONNRESET;
  server->turn(3);
  EXPECT_EQ(topic.subscribers(), 0u);
  record.socket.subscribe(topic);
  expect_nothing_left();
  EXPECT_EQ(topic.subscribers(), 0u);
}

TEST_P(SessionTopicsTest, NothingIsPublishedToASocketThatCloses) {
  open_subscribed();
  record.socket.close();
  server->turn(3);
  EXPECT_EQ(publish("hello"), "close 1000\n");
  EXPECT_EQ(topic.subscribers(), 0u);
}

TEST_P(SessionTopicsTest, WhatAHandlerSendsBeforeItPublishesLeavesBefore) {
  open_with([this](WebSocket& socket) -> Task<> {
    co_await socket.subscribe(topic);
    (void)co_await socket.send("before");
    topic.publish("published");
    (void)co_await socket.receive();
  });
  server->turn(3);
  EXPECT_EQ(heard(), "text before\ntext published\n");
}

TEST_P(SessionTopicsTest, DropsTheOldestMessagesOfASlowReader) {
  open_subscribed();
  at().room = 0;
  (void)record.socket.try_send(Message::of_bytes(std::string(70'000, 'x')));
  server->turn(2);
  for (int i = 0; i < 10; ++i) (void)publish(std::to_string(i));
  at().room = SIZE_MAX;
  server->turn(5);
  const std::string all = heard();
  EXPECT_EQ(all.substr(all.find('\n')), "\ntext 7\ntext 8\ntext 9\n");
  EXPECT_EQ(publish("live"), "text live\n");
}

TEST_P(SessionTopicsTest, KeepsOnlyTheNewestMessage) {
  topic = topics::Topic({.slow_reader = topics::SlowReader::KeepNewest});
  open_subscribed();
  at().room = 0;
  (void)record.socket.try_send(Message::of_bytes(std::string(70'000, 'x')));
  server->turn(2);
  for (int i = 0; i < 10; ++i) (void)publish(std::to_string(i));
  at().room = SIZE_MAX;
  server->turn(5);
  const std::string all = heard();
  EXPECT_EQ(all.substr(all.find('\n')), "\ntext 9\n");
}

TEST_P(SessionTopicsTest, ClosesASlowReaderWith1013) {
  topic = topics::Topic({.slow_reader = topics::SlowReader::Close, .max_waiting = 3});
  open_subscribed();
  at().room = 0;
  (void)record.socket.try_send(Message::of_bytes(std::string(70'000, 'x')));
  server->turn(2);
  for (int i = 0; i < 3; ++i) (void)publish(std::to_string(i));
  EXPECT_TRUE(record.socket.is_open());
  (void)publish("3");
  EXPECT_FALSE(record.socket.is_open());
  at().room = SIZE_MAX;
  server->turn(5);
  EXPECT_TRUE(heard().ends_with("\nclose 1013\n"));
  EXPECT_EQ(describe(record.closed), "1013 ");
}

TEST_P(SessionTopicsTest, EventFunctionsMaySubscribe) {
  struct Subscribes final : EventHandler {
    explicit Subscribes(topics::Topic& to) : topic(to) {}
    void opened(WebSocket& socket) override { socket.subscribe(topic); }
    void received(WebSocket&, Message& message) override { topic.publish(message.data); }
    topics::Topic& topic;
  };
  open_events([this] { return std::make_unique<Subscribes>(topic); });
  EXPECT_EQ(say(text("hello")), "text hello\n");
  EXPECT_EQ(publish("again"), "text again\n");
  (void)say(close_frame(1000));
  expect_nothing_left();
}

// ---- compression ----

struct SessionCompressionTest : SessionTopicsTest {
  SessionCompressionTest() { options.compression.compress = true; }

  /// Takes the frame head off a small compressed frame, and inflates the message.
  std::string inflated(wire::websocket::Inflater& inflater) {
    const std::string bytes = std::exchange(at().sent, {});
    EXPECT_EQ(bytes.substr(0, 1), "\xc1") << "FIN, RSV1 and text";
    const auto length = static_cast<unsigned char>(bytes.at(1));
    std::string message;
    EXPECT_EQ(inflater.append(message, std::string_view(bytes).substr(length == 126 ? 4 : 2), true,
                              1 << 20),
              wire::websocket::Inflater::Result::Ok);
    return message;
  }
};

TEST_P(SessionCompressionTest, CompressesLargerMessages) {
  deflate = wire::websocket::DeflateParameters{.server_window_bits = 11};
  open_echo();
  const std::string large(5000, 'x');
  EXPECT_EQ(say(text("small")), "text small\n");
  send(text(large));
  wire::websocket::Inflater inflater(11, false);
  EXPECT_EQ(inflated(inflater), large);
  send(text(large));
  EXPECT_EQ(inflated(inflater), large);
  Message secret(large);
  secret.may_compress = false;
  EXPECT_EQ(record.socket.try_send(std::move(secret)), Sent::Taken);
  server->turn(2);
  EXPECT_EQ(heard(), "text " + large + "\n");
}

TEST_P(SessionCompressionTest, KeepsTheWindowWithTakeover) {
  deflate = wire::websocket::DeflateParameters{.server_takeover = true, .server_window_bits = 11};
  options.compression.min_bytes = 0;
  open_echo();
  wire::websocket::Inflater inflater(11, true);
  const std::string message = "a message that is sent twice, and is shorter the second time";
  send(text(message));
  const std::size_t first = at().sent.size();
  EXPECT_EQ(inflated(inflater), message);
  send(text(message));
  EXPECT_LT(at().sent.size(), first / 2);
  EXPECT_EQ(inflated(inflater), message);
}

TEST_P(SessionCompressionTest, InflatesWhatTheClientCompresses) {
  deflate = wire::websocket::DeflateParameters{};
  open_echo();
  wire::websocket::Deflater deflater(15, 8, 6, false);
  std::string compressed;
  deflater.append(compressed, "hello", true);
  std::string bytes = text(compressed);
  bytes[0] = '\xc1';
  EXPECT_EQ(say(bytes), "text hello\n");
}

TEST_P(SessionCompressionTest, CompressesAPublishedMessageOnce) {
  deflate = wire::websocket::DeflateParameters{.server_window_bits = 11};
  open_subscribed();
  net::TestedHost* const first = client;
  client = &connect();
  const std::string large(5000, 'x');
  topic.publish(large);
  server->turn(3);
  const std::string one = at().sent;
  wire::websocket::Inflater inflater(11, false);
  EXPECT_EQ(inflated(inflater), large);
  client = first;
  EXPECT_EQ(at().sent, one);
}

MASTIC_FOR_BOTH_TRANSFERS(SessionTopicsTest);
MASTIC_FOR_BOTH_TRANSFERS(SessionCompressionTest);

}  // namespace
}  // namespace mastic::websocket
