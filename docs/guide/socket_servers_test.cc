// The code of socket-servers.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/sockets.h>
#include <mastic/testing/socket_client.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using mastic::BlockingConnection;
using mastic::Connection;
using mastic::ConnectionHandler;
using mastic::Datagram;
using mastic::HandlerFault;
using mastic::StreamError;
using mastic::StreamFault;
using mastic::Task;
using mastic::TcpServer;
using mastic::UdpServer;
using mastic::UnixDatagramServer;
using mastic::testing::SocketClient;

namespace {

Task<> shout(Connection& connection) {
  while (auto line = co_await connection.reader().read_line()) {
    for (char& c : *line) c = static_cast<char>(std::toupper(c));
    *line += '\n';
    co_await connection.writer().write(*line);
  }
}

void shout_from_a_thread(BlockingConnection& connection) {
  while (auto line = connection.read_line()) {
    for (char& c : *line) c = static_cast<char>(std::toupper(c));
    connection.write(*line + "\n");
  }
}

Task<> records(Connection& connection) {
  while (const auto head = co_await connection.reader().read_exactly(4)) {
    const std::size_t size = std::stoul(*head);
    const auto body = co_await connection.reader().read_exactly(size);
    co_await connection.writer().write(body.value_or("(cut)"));
    co_await connection.writer().write("\n");
  }
}

Task<> patient(Connection& connection) {
  std::string answer;
  try {
    const auto line = co_await connection.reader().read_line();
    answer = line ? "thank you\n" : "you said nothing\n";
  } catch (const StreamError& error) {
    if (error.fault() != StreamFault::TooLong) throw;
    answer = "that is too long\n";
  }
  co_await connection.writer().write(answer);
}

Task<std::string> ask(std::string address, std::string question) {
  const auto connection = co_await mastic::connect_tcp(address);
  co_await connection->writer().write(question + "\n");
  const auto answer = co_await connection->reader().read_line();
  co_return answer.value_or("");
}

Task<> double_it(Datagram& question) {
  question.reply(std::string(question.bytes()) + std::string(question.bytes()));
  co_return;
}

TcpServer::Options small_options() {
  TcpServer::Options options;
  options.max_connections = 100;
  options.stream.max_read_bytes = 200;
  options.stream.idle_timeout = 30s;
  return options;
}

template <class Handler>
std::string one_answer(Handler handler, std::string_view question) {
  TcpServer server(handler, small_options());
  EXPECT_TRUE(server.listen("127.0.0.1:0"));
  EXPECT_TRUE(server.start());
  SocketClient client(server.addresses()[0]);
  client.send(question);
  client.shut_write();
  return client.line();
}

}  // namespace

TEST(SocketServers, ShoutTwice) {
  TcpServer server(shout);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  SocketClient client(server.addresses()[0]);
  EXPECT_EQ(client.ask("hello"), "HELLO");
  EXPECT_EQ(one_answer(shout_from_a_thread, "hello\n"), "HELLO");
}

TEST(SocketServers, ReadRecords) { EXPECT_EQ(one_answer(records, "0005hello"), "hello"); }

TEST(SocketServers, AnswerErrorsOfTheClient) {
  EXPECT_EQ(one_answer(patient, "please\n"), "thank you");
  EXPECT_EQ(one_answer(patient, ""), "you said nothing");
  EXPECT_EQ(one_answer(patient, std::string(300, 'x')), "that is too long");
}

TEST(SocketServers, ConnectToOtherServers) {
  TcpServer server(shout);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  const std::string where = server.addresses()[0].to_string();
  const auto proxy = [where](Connection& connection) -> Task<> {
    std::string answer = co_await ask(where, "is anybody there?");
    answer += '\n';
    co_await connection.writer().write(answer);
  };
  EXPECT_EQ(one_answer(proxy, ""), "IS ANYBODY THERE?");
}

TEST(SocketServers, AnswerDatagramsOnAUnixSocket) {
  const std::string path = ::testing::TempDir() + "mastic-guide.sock";
  UnixDatagramServer server(double_it);
  ASSERT_TRUE(server.listen(path));
  ASSERT_TRUE(server.start());
  SocketClient client(server.addresses()[0], SocketClient::Kind::Datagrams);
  client.send("ab");
  EXPECT_EQ(client.datagram(), "abab");
}

TEST(SocketServers, ReportErrorsToAHook) {
  std::mutex mutex;
  std::vector<std::string> told;
  const auto tell = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    told.push_back(text);
  };
  {
    TcpServer server([](Connection& connection) -> Task<> {
      (void)co_await connection.reader().read_line();
      throw std::invalid_argument("no such word");
    });
    server.on_error([&](const HandlerFault& fault) {
      tell("with " + std::string(fault.peer) + ": " + std::string(fault.text));
    });
    ASSERT_TRUE(server.listen("127.0.0.1:0"));
    ASSERT_TRUE(server.start());
    SocketClient client(server.addresses()[0]);
    client.send("hello\n");
    EXPECT_TRUE(client.has_ended());
  }
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].starts_with("with 127.0.0.1:")) << told[0];
  EXPECT_TRUE(told[0].ends_with(": no such word")) << told[0];
}

TEST(SocketServers, AnswerDatagrams) {
  UdpServer server(double_it);
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  ASSERT_TRUE(server.start());
  SocketClient client(server.addresses()[0], SocketClient::Kind::Datagrams);
  client.send("ab");
  EXPECT_EQ(client.datagram(), "abab");
}
