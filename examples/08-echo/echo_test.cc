#include "echo.h"

#include <gtest/gtest.h>
#include <mastic/testing/socket_client.h>

#include <memory>
#include <string>
#include <vector>

using mastic::ConnectionHandler;
using mastic::TcpServer;
using mastic::testing::SocketClient;

struct Echo : testing::TestWithParam<bool> {
  TcpServer server{GetParam() ? ConnectionHandler(blocking_echo) : ConnectionHandler(echo)};
  void SetUp() override {
    ASSERT_TRUE(server.listen("127.0.0.1:0"));
    ASSERT_TRUE(server.start());
  }
  SocketClient connect() { return SocketClient(server.addresses()[0]); }
};

TEST_P(Echo, SendsBackWhatItReceives) {
  SocketClient client = connect();
  EXPECT_EQ(client.ask("hello"), "hello");
  EXPECT_EQ(client.ask(std::string(300'000, 'x')), std::string(300'000, 'x'));
}

TEST_P(Echo, ServesManyAtOnce) {
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<SocketClient>(connect()));
    clients.back()->send(std::to_string(i) + "\n");
  }
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(clients[static_cast<std::size_t>(i)]->line(), std::to_string(i));
}

TEST_P(Echo, EndsWhenTheClientDoes) {
  SocketClient client = connect();
  client.send("last words");
  client.shut_write();
  EXPECT_EQ(client.line(), "last words");
  EXPECT_TRUE(client.has_ended());
}

INSTANTIATE_TEST_SUITE_P(, Echo, testing::Bool(),
                         [](const auto& each) { return each.param ? "Blocking" : "Tasks"; });
