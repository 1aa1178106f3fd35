#include "chat.h"

#include <gtest/gtest.h>
#include <mastic/testing/socket_client.h>

#include <memory>
#include <string>

using mastic::TcpServer;
using mastic::testing::SocketClient;

struct Chat : testing::Test {
  void SetUp() override { start(chat_options()); }
  void start(TcpServer::Options options) {
    const auto serve = [this](mastic::Connection& connection) { return chat(room, connection); };
    server = std::make_unique<TcpServer>(serve, options);
    ASSERT_TRUE(server->listen("127.0.0.1:0"));
    ASSERT_TRUE(server->start());
  }
  SocketClient come() { return SocketClient(server->addresses()[0]); }
  SocketClient come_as(const std::string& name) {
    SocketClient guest = come();
    EXPECT_EQ(guest.line(), "Your name? Letters, please.");
    EXPECT_TRUE(guest.ask(name).starts_with("Here are: "));
    return guest;
  }

  Room room;
  std::unique_ptr<TcpServer> server;
};

TEST_F(Chat, SendsEachLineToTheOtherGuests) {
  SocketClient ada = come_as("Ada");
  SocketClient grace = come_as("Grace");
  EXPECT_EQ(ada.line(), "Grace has come");
  ada.send("hello\n");
  EXPECT_EQ(grace.line(), "Ada: hello");
  grace.send("hello yourself\n");
  EXPECT_EQ(ada.line(), "Grace: hello yourself") << "guests do not get their own lines";
}

TEST_F(Chat, TellsWhenGuestsComeAndGo) {
  SocketClient ada = come_as("Ada");
  {
    SocketClient grace = come_as("Grace");
    EXPECT_EQ(ada.line(), "Grace has come");
    grace.shut_write();
    EXPECT_EQ(ada.line(), "Grace has gone");
    EXPECT_TRUE(grace.has_ended());
  }
  SocketClient rude = come_as("Rude");
  EXPECT_EQ(ada.line(), "Rude has come");
  rude.reset();
  EXPECT_EQ(ada.line(), "Rude has gone");
}

TEST_F(Chat, RefusesNamesThatAreTakenOrInvalid) {
  SocketClient ada = come_as("Ada");
  SocketClient other = come();
  (void)other.line();
  EXPECT_EQ(other.ask("Ada"), "That name is taken.");
  EXPECT_TRUE(other.has_ended());
  SocketClient odd = come();
  (void)odd.line();
  EXPECT_EQ(odd.ask("<b>"), "A name has 1 to 20 letters.");
}

TEST_F(Chat, DropsGuestsWhoReadTooSlowly) {
  SocketClient slow = come_as("Slow");
  SocketClient ada = come_as("Ada");
  const std::string line = std::string(900, 'x') + "\n";
  while (room.names() != "Ada") ada.send(line);  // until all buffers on the way to Slow are full
  EXPECT_EQ(ada.line(), "Slow has gone");
}

TEST_F(Chat, DisconnectsAGuestWhoseLineNeverEnds) {
  SocketClient ada = come_as("Ada");
  ada.send(std::string(2000, 'x'));
  EXPECT_TRUE(ada.has_ended());
}

TEST_F(Chat, DisconnectsAllGuestsWhenTheServerDrains) {
  SocketClient ada = come_as("Ada");
  server->drain();
  EXPECT_TRUE(ada.has_ended());
  ada.shut_write();
  server->wait();
}
