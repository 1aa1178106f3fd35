#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>
#include <mastic/testing/test_socket.h>

#include "messages.h"
#include "room.h"

using namespace std::chrono_literals;
using mastic::CloseCode;
using mastic::testing::TestClient;
using mastic::testing::TestSocket;

namespace {

struct ChatRooms : testing::Test {
  TestClient client{make_site(PUBLIC_DIR)};

  TestSocket enter(const std::string& name, const std::string& room = "tea") {
    TestSocket socket = client.websocket("/room/" + room);
    socket.send_json(FromPage(Join{name}));
    return socket;
  }
};

/// Waits for the next message of type T; others before it are skipped.
template <class T>
T next(TestSocket& socket) {
  for (;;) {
    auto message = socket.receive_json<ToPage>();
    if (T* const found = std::get_if<T>(&message)) return std::move(*found);
  }
}

void say(TestSocket& socket, const std::string& text) { socket.send_json(FromPage(Say{text})); }

std::vector<std::string> texts_of(const Welcome& welcome) {
  std::vector<std::string> texts;
  for (const Said& said : welcome.history) texts.push_back(said.text);
  return texts;
}

}  // namespace

TEST_F(ChatRooms, PassesOnWhatGuestsSay) {
  TestSocket ada = enter("Ada");
  TestSocket grace = enter("Grace");
  next<Welcome>(grace);
  say(ada, "Good morning");
  for (TestSocket* const socket : {&ada, &grace}) {
    const Said said = next<Said>(*socket);
    EXPECT_EQ(said.name, "Ada");
    EXPECT_EQ(said.text, "Good morning");
  }
}

TEST_F(ChatRooms, SaysWhoIsHere) {
  TestSocket ada = enter("Ada");
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada"}));
  TestSocket grace = enter("Grace");
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada", "Grace"}));
  grace.close();
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada"}));
}

// A page that connects again may be there before the server has noticed that it was away.
TEST_F(ChatRooms, KeepsANameUntilItsLastPageHasGone) {
  TestSocket ada = enter("Ada");
  next<People>(ada);
  TestSocket old = enter("Grace");
  next<People>(ada);
  TestSocket again = enter("Grace");
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada", "Grace"}));
  old.vanish();
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada", "Grace"}));
  again.vanish();
  EXPECT_EQ(next<People>(ada).names, (std::vector<std::string>{"Ada"}));
}

TEST_F(ChatRooms, LetsGuestsTakeAnotherName) {
  TestSocket socket = enter("Ada");
  next<People>(socket);
  socket.send_json(FromPage(Join{"Countess"}));
  while (next<People>(socket).names != std::vector<std::string>{"Countess"}) continue;
  say(socket, "It is me");
  EXPECT_EQ(next<Said>(socket).name, "Countess");
}

TEST_F(ChatRooms, GivesGuestsTheHistory) {
  {
    TestSocket ada = enter("Ada");
    for (int i = 1; i <= 60; ++i) {
      say(ada, std::to_string(i));
      next<Said>(ada);
    }
  }
  TestSocket grace = enter("Grace");
  const Welcome welcome = next<Welcome>(grace);
  ASSERT_EQ(welcome.history.size(), Room::kMaxHistory);
  EXPECT_EQ(welcome.history.front().text, "11");
  EXPECT_EQ(welcome.history.back().text, "60");
  for (std::size_t i = 1; i < welcome.history.size(); ++i) {
    EXPECT_LT(welcome.history[i - 1].at, welcome.history[i].at);
  }
}

TEST_F(ChatRooms, KeepsRoomsApart) {
  TestSocket tea = enter("Ada", "tea");
  TestSocket coffee = enter("Grace", "coffee");
  say(tea, "tea only");
  next<Said>(tea);
  say(coffee, "coffee only");
  EXPECT_EQ(next<Said>(coffee).text, "coffee only");
  TestSocket late = enter("Charles", "tea");
  EXPECT_EQ(texts_of(next<Welcome>(late)), (std::vector<std::string>{"tea only"}));
}

TEST_F(ChatRooms, RefusesWhatIsNotValidAndGoesOn) {
  TestSocket socket = client.websocket("/room/tea");
  say(socket, "Am I here?");
  EXPECT_EQ(next<Refused>(socket).message, "Come in first.");
  socket.send_json(FromPage(Join{"  "}));
  EXPECT_EQ(next<Refused>(socket).field, "name");
  socket.send_json(FromPage(Join{"Ada"}));
  say(socket, "");
  EXPECT_EQ(next<Refused>(socket).field, "text");
  say(socket, "I am");
  EXPECT_EQ(next<Said>(socket).text, "I am");
}

TEST_F(ChatRooms, ClosesWhatIsNoMessage) {
  TestSocket socket = client.websocket("/room/tea");
  socket.send(R"({"type":"shout","text":"hi"})");
  EXPECT_EQ(socket.closed().code, CloseCode::InvalidData);
}

TEST_F(ChatRooms, ClosesMessagesThatAreTooLong) {
  TestSocket socket = enter("Ada");
  say(socket, std::string(9000, 'a'));
  EXPECT_EQ(socket.closed().code, CloseCode::TooBig);
}

TEST_F(ChatRooms, HasNoRoomsWithOtherNames) {
  TestSocket socket = client.websocket("/room/Tea%20Room");
  EXPECT_EQ(socket.closed().code, CloseCode::PolicyViolation);
}

TEST_F(ChatRooms, ReadsThoseSlowlyWhoSendALot) {
  TestSocket socket = enter("Ada");
  const auto began = client.now();
  for (int i = 0; i < 20; ++i) say(socket, "again");
  for (int i = 0; i < 20; ++i) next<Said>(socket);
  EXPECT_GE(client.now() - began, 4s);
}

// It connects again and gets the history.
TEST_F(ChatRooms, ClosesAPageThatReadsTooSlowly) {
  std::vector<TestSocket> talkers;
  for (int i = 0; i < 20; ++i) talkers.push_back(enter("Ada"));
  TestSocket grace = enter("Grace");
  next<Welcome>(grace);
  grace.stop_reading();
  for (int i = 0; i < 20; ++i) {
    for (TestSocket& talker : talkers) say(talker, std::string(3000, 'a'));
    client.pass(200ms);
  }
  grace.read_on();
  EXPECT_EQ(grace.closed().code, CloseCode::TryAgainLater);
}

TEST(Rooms, ForgetsAnEmptyRoomForANewOne) {
  Rooms rooms;
  std::vector<std::shared_ptr<Room>> full;
  for (std::size_t i = 1; i < Rooms::kMaxRooms; ++i) full.push_back(rooms.at(std::to_string(i)));
  EXPECT_NE(rooms.at("empty"), nullptr);
  full.push_back(rooms.at("new"));
  EXPECT_NE(full.back(), nullptr);
  EXPECT_EQ(rooms.at("one too many"), nullptr);
  EXPECT_EQ(rooms.at("new"), full.back());
}
