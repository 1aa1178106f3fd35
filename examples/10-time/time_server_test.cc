#include "time_server.h"

#include <gtest/gtest.h>
#include <mastic/testing/socket_client.h>

using mastic::UdpServer;
using mastic::testing::SocketClient;

TEST(Time, IsFormattedAsIsoTime) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00Z\n");
  EXPECT_EQ(format_time(4'102'444'799), "2099-12-31T23:59:59Z\n");
}

TEST(Time, IsSentForAnEmptyDatagram) {
  UdpServer server(tell_time);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  SocketClient client(server.addresses()[0], SocketClient::Kind::Datagrams);
  const std::string before = format_time(std::time(nullptr));
  client.send("what is it?");  // gets no answer
  client.send("");
  const std::string told = client.datagram();
  EXPECT_GE(told, before);
  EXPECT_LE(told, format_time(std::time(nullptr)));
}
