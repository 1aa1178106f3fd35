// The sites of docs/guide/websocket.md.

#include <gtest/gtest.h>
#include <mastic/async/with_timeout.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using mastic::CloseCode;
using mastic::Closed;
using mastic::Cookie;
using mastic::HttpError;
using mastic::JsonTag;
using mastic::Message;
using mastic::Query;
using mastic::Request;
using mastic::Router;
using mastic::Sent;
using mastic::Status;
using mastic::Task;
using mastic::to_json;
using mastic::Topic;
using mastic::Topics;
using mastic::WebSocket;
using mastic::WebSocketOptions;
using mastic::async::TimedOut;
using mastic::async::with_timeout;
using mastic::testing::TestClient;
using namespace std::chrono_literals;

namespace {

// ---- echo ----

Router make_echo() {
  Router site;
  site.websocket<"/echo">([](WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive()) {
      co_await socket.send(*std::move(message));
    }
  });
  return site;
}

TEST(WebSocketGuide, Echoes) {
  TestClient client(make_echo());
  auto socket = client.websocket("/echo");
  socket.send("hi");
  EXPECT_EQ(socket.receive().data, "hi");
  socket.close();
  EXPECT_EQ(socket.closed().code, CloseCode::Normal);
}

// ---- what a handler takes ----

struct Since {
  int message = 0;
};

Router make_lounge() {
  Router site;
  site.websocket<"/lounge/{room}">([](WebSocket& socket, std::string room, Query<Since> since,
                                      Cookie<"name", std::string> name) -> Task<> {
    co_await socket.send("hello " + *name + ", this is " + room + " since message " +
                         std::to_string(since->message));
  });
  return site;
}

TEST(WebSocketGuide, TakesValuesOfTheRequest) {
  TestClient client(make_lounge());
  auto socket = client.websocket("/lounge/tea?message=7", {{"Cookie", "name=ada"}});
  EXPECT_EQ(socket.receive().data, "hello ada, this is tea since message 7");
  EXPECT_EQ(socket.closed().code, CloseCode::Normal);

  EXPECT_EQ(client.websocket("/lounge/tea").response().status, Status::BadRequest);
}

// ---- rooms ----

Router make_chat() {
  Router site;
  const auto& rooms = site.own<std::map<std::string, Topic>>(
      std::map<std::string, Topic>{{"tea", Topic()}, {"coffee", Topic()}});
  site.websocket<"/chat/{room}">([&rooms](WebSocket& socket, std::string name) -> Task<> {
    const auto found = rooms.find(name);
    if (found == rooms.end()) {
      socket.close(CloseCode(4004), "there is no such room");
      co_return;
    }
    Topic room = found->second;  // copies are the same topic
    co_await socket.subscribe(room);
    while (auto message = co_await socket.receive()) room.publish(std::move(message->data));
  });
  return site;
}

TEST(WebSocketGuide, PassesMessagesOnToARoom) {
  TestClient client(make_chat());
  auto ada = client.websocket("/chat/tea");
  auto bob = client.websocket("/chat/tea");
  auto eve = client.websocket("/chat/coffee");
  ada.send("hi");
  EXPECT_EQ(ada.receive().data, "hi");
  EXPECT_EQ(bob.receive().data, "hi");
  eve.send("anyone?");
  EXPECT_EQ(eve.receive().data, "anyone?");
  EXPECT_EQ(client.websocket("/chat/cocoa").closed().code, CloseCode(4004));
}

struct Came {
  static constexpr JsonTag kJsonTag{"came"};
  std::string who;
};
struct Said {
  static constexpr JsonTag kJsonTag{"said"};
  std::string who;
  std::string text;
};
struct Left {
  static constexpr JsonTag kJsonTag{"left"};
  std::string who;
};

/// Tells a room that somebody is there, and when it is destroyed, that they have left.
class Guest {
 public:
  Guest(Topic room, std::string who) : room_(std::move(room)), who_(std::move(who)) {
    room_.publish(to_json(Came{who_}));
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() {
    try {
      room_.publish(to_json(Left{who_}));
    } catch (const std::exception&) {  // no memory: the room is not told
    }
  }

 private:
  Topic room_;
  std::string who_;
};

Router make_tables() {
  Router site;
  auto& tables = site.own<Topics>();
  site.websocket<"/tables/{number:uint}/{who}">(
      [&tables](WebSocket& socket, unsigned number, std::string who) -> Task<> {
        const Topic table = tables.at(std::to_string(number % 100));
        co_await socket.subscribe(table);
        const Guest guest(table, who);
        while (auto message = co_await socket.receive()) {
          table.publish(to_json(Said{who, std::move(message->data)}));
        }
      });
  return site;
}

TEST(WebSocketGuide, TellsARoomWhoHasLeft) {
  TestClient client(make_tables());
  auto ada = client.websocket("/tables/7/ada");
  EXPECT_EQ(ada.receive_json<Came>().who, "ada");
  auto bob = client.websocket("/tables/7/bob");
  EXPECT_EQ(ada.receive_json<Came>().who, "bob");
  bob.send("hi");
  EXPECT_EQ(ada.receive().data, R"({"type":"said","who":"bob","text":"hi"})");
  bob.close();
  EXPECT_EQ(ada.receive().data, R"({"type":"left","who":"bob"})");
  auto eve = client.websocket("/tables/7/eve");
  EXPECT_EQ(ada.receive_json<Came>().who, "eve");
  eve.vanish();
  EXPECT_EQ(ada.receive_json<Left>().who, "eve");
}

// ---- JSON ----

struct Say {
  static constexpr JsonTag kJsonTag{"say"};
  std::string text;
};
struct Join {
  static constexpr JsonTag kJsonTag{"join"};
  std::string room;
};
struct Leave {
  static constexpr JsonTag kJsonTag{"leave"};
};
using FromPage = std::variant<Say, Join, Leave>;

struct Notice {
  std::string text;
};

Router make_desk() {
  Router site;
  site.websocket<"/desk">([](WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive_json<FromPage>()) {
      if (auto* say = std::get_if<Say>(&*message)) {
        const Notice notice{say->text};
        co_await socket.send_json(notice);
      }
      if (std::holds_alternative<Leave>(*message)) co_return;
    }
  });
  return site;
}

TEST(WebSocketGuide, ReadsStructsByTheirTag) {
  TestClient client(make_desk());
  auto socket = client.websocket("/desk");
  socket.send_json(Say{"hi"});
  EXPECT_EQ(socket.receive_json<Notice>().text, "hi");
  socket.send(R"({"type": "leave"})");
  EXPECT_EQ(socket.closed().code, CloseCode::Normal);

  auto other = client.websocket("/desk");
  other.send(R"({"type": "shout", "text": "hi"})");
  EXPECT_EQ(other.closed().code, CloseCode::InvalidData);
  EXPECT_EQ(other.closed().reason,
            "type: one of 'say', 'join', 'leave' is expected, 'shout' found");
}

// ---- event functions ----

struct Sensor {
  std::atomic<int>& online;
  std::string name;
  int readings = 0;

  void opened(WebSocket&) { ++online; }
  void received(WebSocket& socket, Message&) {
    (void)socket.try_send(name + ": " + std::to_string(++readings));
  }
  void closed(WebSocket&, const Closed&) { --online; }
};

Router make_sensors() {
  Router site;
  auto& online = site.own<std::atomic<int>>(0);
  site.websocket<"/sensors/{name}">([&online](std::string name) {
    if (name.size() > 20) throw HttpError(Status::NotFound, "There is no such sensor.");
    return Sensor{online, std::move(name)};
  });
  site.get<"/online">([&online] { return std::to_string(online.load()); });
  return site;
}

TEST(WebSocketGuide, CallsEventFunctions) {
  TestClient client(make_sensors());
  auto socket = client.websocket("/sensors/roof");
  EXPECT_EQ(client.get("/online").text, "1");
  socket.send("21.5");
  socket.send("21.7");
  EXPECT_EQ(socket.receive().data, "roof: 1");
  EXPECT_EQ(socket.receive().data, "roof: 2");
  socket.vanish();
  EXPECT_EQ(client.get("/online").text, "0");

  auto refused = client.websocket("/sensors/" + std::string(21, 'x'));
  EXPECT_EQ(refused.response().status, Status::NotFound);
}

// ---- from other threads ----

/// Where code that has something to tell a customer finds the customer's socket.
class Customers {
 public:
  void set(const std::string& name, WebSocket socket) {
    const std::lock_guard lock(mutex_);
    sockets_[name] = std::move(socket);
  }
  /// From any thread. Returns false when the customer is not there, or is too far behind.
  bool tell(const std::string& name, std::string text) {
    const std::lock_guard lock(mutex_);
    const auto found = sockets_.find(name);
    return found != sockets_.end() && found->second.try_send(std::move(text)) == Sent::Taken;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, WebSocket> sockets_;
};

Router make_shop(Customers& customers) {
  Router site;
  site.websocket<"/orders/{name}">([&customers](WebSocket& socket, std::string name) -> Task<> {
    customers.set(name, socket);
    while (co_await socket.receive()) continue;
  });
  return site;
}

TEST(WebSocketGuide, SendsFromOtherThreads) {
  Customers customers;
  TestClient client(make_shop(customers));
  auto socket = client.websocket("/orders/ada");
  bool told = false;
  std::jthread([&] { told = customers.tell("ada", "your tea is ready"); }).join();
  EXPECT_TRUE(told);
  EXPECT_EQ(socket.receive().data, "your tea is ready");
  socket.close();
  socket.closed();
  EXPECT_FALSE(customers.tell("ada", "your cake is ready"));
}

// ---- back-pressure ----

Router make_feeds() {
  Router site;
  site.websocket<"/numbers">([](WebSocket& socket) -> Task<> {
    for (int number = 1; number <= 100'000; ++number) {
      if (co_await socket.send(std::to_string(number)) == Sent::Closed) co_return;
    }
  });
  site.websocket<"/prices">([](WebSocket& socket) -> Task<> {
    for (int skipped = 0; socket.is_open(); co_await mastic::sleep_for(1s)) {
      const bool is_taken =
          socket.try_send("price, skipped " + std::to_string(skipped)) == Sent::Taken;
      skipped = is_taken ? 0 : skipped + 1;
    }
  });
  return site;
}

TEST(WebSocketGuide, WaitsForAClientThatIsBehind) {
  mastic::server::Options options;
  options.websocket.max_queue_bytes = 1000;
  TestClient client(make_feeds(), options);
  auto numbers = client.websocket("/numbers");
  for (int number = 1; number <= 1000; ++number) {
    ASSERT_EQ(numbers.receive().data, std::to_string(number));
  }
  auto prices = client.websocket("/prices");
  EXPECT_EQ(prices.receive().data, "price, skipped 0");
}

// ---- messages in pieces ----

Router make_mirror() {
  Router site;
  site.websocket<"/mirror">([](WebSocket& socket) -> Task<> {
    while (auto incoming = co_await socket.receive_in_pieces()) {
      auto outgoing = co_await socket.send_in_pieces(incoming->is_binary());
      if (!outgoing) co_return;
      while (auto piece = co_await incoming->next()) {
        if (co_await outgoing->write(*std::move(piece)) == Sent::Closed) co_return;
      }
      if (!incoming->is_complete()) co_return;
      outgoing->end();
    }
  });
  return site;
}

TEST(WebSocketGuide, PassesOnMessagesInPieces) {
  TestClient client(make_mirror());
  auto socket = client.websocket("/mirror");
  const std::string large(3 << 20, 'x');
  socket.send_binary(large);
  EXPECT_EQ(socket.receive().data, large);
}

// ---- closing ----

Router make_quiz() {
  constexpr auto kTooSlow = CloseCode(4000);  // 4000 to 4999 are for applications
  Router site;
  site.websocket<"/quiz">([](WebSocket& socket) -> Task<> {
    co_await socket.send("What is 6 times 7?");
    std::optional<Message> answer;
    try {
      answer = co_await with_timeout(socket.receive(), 10s);
    } catch (const TimedOut&) {
      socket.close(kTooSlow, "too slow");
    }
    if (answer) co_await socket.send(answer->data == "42" ? "right" : "wrong");
  });
  return site;
}

TEST(WebSocketGuide, ClosesWithACodeAndAReason) {
  TestClient client(make_quiz());
  auto quick = client.websocket("/quiz");
  quick.receive();
  quick.send("42");
  EXPECT_EQ(quick.receive().data, "right");
  auto slow = client.websocket("/quiz");
  EXPECT_EQ(slow.closed().code, CloseCode(4000));
  EXPECT_EQ(slow.closed().reason, "too slow");
}

// ---- origin, subprotocols, options ----

Router make_service() {
  Router site;
  site.websocket<"/files">([](WebSocket& socket) -> Task<> {
        while (auto message = co_await socket.receive()) {
          co_await socket.send(std::to_string(message->data.size()) + " bytes");
        }
      })
      .with([](WebSocketOptions& options) {
        options.max_message_bytes = 8 << 20;
        options.allowed_origin = {"https://example.com", "https://admin.example.com"};
        options.compression.compress = true;
      });
  site.websocket<"/rpc">([](WebSocket& socket) -> Task<> {
        if (socket.protocol().empty()) {
          socket.close(CloseCode::PolicyViolation, "offer chat.v2 or chat");
          co_return;
        }
        co_await socket.send("this is " + std::string(socket.protocol()));
      })
      .protocols({"chat.v2", "chat"});
  return site;
}

TEST(WebSocketGuide, ChangesOptionsForARoute) {
  TestClient client(make_service());
  auto socket = client.websocket("/files", {{"Origin", "https://example.com"},
                                            {"Sec-WebSocket-Extensions", "permessage-deflate"}});
  ASSERT_TRUE(socket.is_open()) << socket.response().text;
  EXPECT_TRUE(socket.response().field("Sec-WebSocket-Extensions"));
  socket.send(std::string(5 << 20, 'x'));
  EXPECT_EQ(socket.receive().data, "5242880 bytes");

  auto page = client.websocket("/files", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(page.response().status, Status::Forbidden);
}

TEST(WebSocketGuide, AgreesOnASubprotocol) {
  TestClient client(make_service());
  auto socket = client.websocket("/rpc", {{"Sec-WebSocket-Protocol", "chat, chat.v2"}});
  EXPECT_EQ(socket.protocol(), "chat.v2");
  EXPECT_EQ(socket.receive().data, "this is chat.v2");
  EXPECT_EQ(client.websocket("/rpc").closed().code, CloseCode::PolicyViolation);
}

// ---- refusing ----

struct MembersOnly {
  std::optional<mastic::Response> before(Request& request) const {
    if (request.cookie("member") == "yes") return std::nullopt;
    return mastic::Response(Status::Forbidden);
  }
};

Router make_club() {
  Router site;
  site.websocket<"/club">([](WebSocket& socket) -> Task<> { co_await socket.send("welcome"); })
      .use(MembersOnly());
  return site;
}

TEST(WebSocketGuide, IsRefusedByMiddleware) {
  TestClient client(make_club());
  EXPECT_EQ(client.websocket("/club").response().status, Status::Forbidden);
  client.cookies().set("member", "yes");
  EXPECT_EQ(client.websocket("/club").receive().data, "welcome");
}

// ---- testing ----

TEST(WebSocketGuide, TestsWhatIsHardToTestOverASocket) {
  TestClient client(make_echo());
  auto socket = client.websocket("/echo");
  client.pass(1h);  // pings are sent and answered
  EXPECT_TRUE(socket.is_open());
  socket.ignore_pings();
  client.pass(1min);
  EXPECT_EQ(socket.closed().code, CloseCode::Abnormal);

  auto late = client.websocket("/echo");
  client.drain();
  EXPECT_EQ(late.closed().code, CloseCode::ServiceRestart);
}

}  // namespace
