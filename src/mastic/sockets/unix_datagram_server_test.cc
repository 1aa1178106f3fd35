#include "mastic/sockets/unix_datagram_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>

#include "mastic/base/log_testing.h"
#include "mastic/base/temp_tree.h"
#include "mastic/sockets/unix_server.h"

namespace mastic::sockets {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using async::Task;

/// A socket for datagrams: with a path, with an abstract name ("@x"), or without a name.
class Sender {
 public:
  explicit Sender(const std::string& name = "") : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    if (name.empty()) return;
    auto [address, size] = address_of(name);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  ~Sender() { ::close(fd_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Sends a datagram. Returns 0 or an errno.
  int send(const std::string& path, std::string_view bytes, int flags = 0) const {
    auto [address, size] = address_of(path);
    const ssize_t sent = ::sendto(fd_, bytes.data(), bytes.size(), flags,
                                  reinterpret_cast<const sockaddr*>(&address), size);
    return sent < 0 ? errno : 0;
  }
  [[nodiscard]] std::string receive() const {
    std::string bytes(70'000, '\0');
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return got < 0 ? "nothing came" : bytes;
  }

 private:
  static std::pair<sockaddr_un, socklen_t> address_of(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path);
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size();
    const bool has_zero = !name.starts_with('@') && size < sizeof address;
    return {address, static_cast<socklen_t>(size + (has_zero ? 1 : 0))};
  }
  int fd_;
};

class UnixDatagramServerTest : public testing::Test {
 protected:
  UnixDatagramServerTest() {
    path = directory / "server";
    options.loop.loops = 1;
  }
  ~UnixDatagramServerTest() override { server.reset(); }
  void start(DatagramHandler handler) {
    server.emplace(std::move(handler), options, log);
    const auto listening = server->listen(path);
    ASSERT_TRUE(listening) << listening.error().message;
    ASSERT_TRUE(server->start());
  }
  void end() {
    server->drain();
    server->wait();
  }
  [[nodiscard]] std::string at(std::string_view name) const { return directory / name; }

  base::TempTree tree;
  fs::path directory = tree.path();
  std::string path;
  DatagramServerOptions options;
  base::RecordingLog log;
  std::optional<UnixDatagramServer> server;
};

Task<> send_back(Datagram& datagram) {
  datagram.reply(datagram.bytes());
  co_return;
}

TEST_F(UnixDatagramServerTest, RepliesToSocketsThatHaveAName) {
  start(send_back);
  const Sender by_path(at("client"));
  ASSERT_EQ(by_path.send(path, "hello"), 0);
  EXPECT_EQ(by_path.receive(), "hello");
  const std::string name = "@mastic-test-" + std::to_string(::getpid());
  const Sender by_name(name);
  ASSERT_EQ(by_name.send(path, ""), 0);
  EXPECT_EQ(by_name.receive(), "");
  end();
  EXPECT_EQ(server->statistics().replied, 2u);
}

TEST_F(UnixDatagramServerTest, TellsTheHandlerWhoSentADatagram) {
  start([](Datagram& datagram) -> Task<> {
    EXPECT_TRUE(datagram.peer().ip.is_none());
    datagram.reply(datagram.peer_path());
    co_return;
  });
  const Sender by_path(at("client"));
  ASSERT_EQ(by_path.send(path, "?"), 0);
  EXPECT_EQ(by_path.receive(), at("client"));
  const std::string name = "@mastic-who-" + std::to_string(::getpid());
  const Sender by_name(name);
  ASSERT_EQ(by_name.send(path, "?"), 0);
  EXPECT_EQ(by_name.receive(), name);
}

TEST_F(UnixDatagramServerTest, RepliesToTheLongestPathThereIs) {
  start([](Datagram& datagram) -> Task<> {
    datagram.reply(datagram.peer_path());
    co_return;
  });
  const std::string longest = at(std::string(107 - directory.string().size(), 'x'));
  ASSERT_EQ(longest.size(), sizeof(sockaddr_un::sun_path)) << "without a zero at its end";
  const Sender sender(longest);
  ASSERT_EQ(sender.send(path, "?"), 0);
  EXPECT_EQ(sender.receive(), longest);
}

TEST_F(UnixDatagramServerTest, CannotReplyToASocketWithoutAName) {
  std::atomic<bool> can_reply{true};
  start([&](Datagram& datagram) -> Task<> {
    can_reply = datagram.can_reply();
    EXPECT_EQ(datagram.peer_path(), "");
    datagram.reply("where to?");
    co_return;
  });
  ASSERT_EQ(Sender().send(path, "?"), 0);
  while (server->statistics().failed == 0) std::this_thread::yield();
  end();
  EXPECT_FALSE(can_reply);
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_EQ(
      log.lines[0],
      "error app: the handler of a datagram failed: cannot reply to this datagram: the Unix socket "
      "that sent it has no name; check can_reply() first, or have the sender bind() its socket to "
      "a path  client=unix");
}

TEST_F(UnixDatagramServerTest, AcceptsDatagramsAsLongAsTheLimitAndDropsLongerOnes) {
  options.max_datagram_bytes = 65'535;
  start(send_back);
  const Sender sender(at("client"));
  const std::string longest(65'535, 'x');
  ASSERT_EQ(sender.send(path, longest + "y"), 0);
  ASSERT_EQ(sender.send(path, longest), 0);
  EXPECT_EQ(sender.receive(), longest);
  end();
  EXPECT_EQ(server->statistics().dropped, 1u);
}

TEST_F(UnixDatagramServerTest, SaysIfAPeerIsGoneOrDoesNotRead) {
  std::atomic<int> taken{-1};
  std::latch gone(1);
  start([&](Datagram& datagram) {
    if (datagram.bytes() == "gone") gone.wait();
    int count = 0;
    while (count < 100'000 && datagram.reply(std::string(1000, 'x'))) ++count;
    taken = count;
  });
  {
    const Sender sender(at("leaves"));
    ASSERT_EQ(sender.send(path, "gone"), 0);
  }
  gone.count_down();
  while (taken < 0) std::this_thread::yield();
  EXPECT_EQ(taken, 0);
  taken = -1;
  const Sender deaf(at("deaf"));
  ASSERT_EQ(deaf.send(path, "?"), 0);
  while (taken < 0) std::this_thread::yield();
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 100'000) << "reply() never waits";
  end();
  EXPECT_EQ(server->statistics().unsent, 2u);
}

TEST_F(UnixDatagramServerTest, LosesNothingWhenItIsSlow) {
  options.max_handling = 2;
  std::atomic<int> handled{0};
  start([&](Datagram&) -> Task<> {
    ++handled;
    co_return;
  });
  const Sender sender;
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(sender.send(path, "x"), 0) << "the sender waits for room";
  while (handled < 1000) std::this_thread::yield();
  EXPECT_EQ(server->statistics().dropped, 0u);
}

TEST_F(UnixDatagramServerTest, AdmitsOnlyTheSameUserByDefault) {
  start(send_back);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  server.reset();
  options.socket_mode = "660";
  start(send_back);
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0660u);
}

TEST_F(UnixDatagramServerTest, RemovesItsFileWhenItDrains) {
  std::latch begun(1), released(1);
  start([&](Datagram& datagram) {
    begun.count_down();
    released.wait();
    datagram.reply("still here");
  });
  const Sender sender(at("client"));
  ASSERT_EQ(sender.send(path, "?"), 0);
  begun.wait();
  server->drain();
  while (fs::exists(path)) std::this_thread::yield();
  UnixDatagramServer successor(send_back, options, log);
  EXPECT_TRUE(successor.listen(path)) << "while the old one still answers";
  released.count_down();
  EXPECT_EQ(sender.receive(), "still here");
  server->wait();
  EXPECT_TRUE(fs::exists(path)) << "the file now belongs to the successor";
}

TEST_F(UnixDatagramServerTest, ReplacesOnlyTheSocketOfADeadProcess) {
  {
    const Sender dead(path);
  }
  start(send_back);
  UnixDatagramServer second(send_back, options, log);
  const auto taken = second.listen(path);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message, "cannot listen on unix:" + path +
                                       ": Address already in use; a program listens there, or the "
                                       "file is not a socket: choose another path");
  UnixServer of_streams(ConnectionHandler([](Connection&) -> Task<> { co_return; }), {}, log);
  EXPECT_FALSE(of_streams.listen(path)) << "a server of connections does not replace it either";
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(UnixDatagramServerTest, SaysWhatIsWrongWithItsOptions) {
  options.socket_mode = "rw";
  UnixDatagramServer wrong(send_back, options, log);
  const auto listening = wrong.listen(path);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().message,
            "'rw' is not a socket mode; write octal digits up to 777, such as 660");
  UnixDatagramServer far(send_back, {}, log);
  EXPECT_FALSE(far.listen(at("none/server")));
  EXPECT_FALSE(far.listen(at(std::string(200, 'x'))));
}

}  // namespace
}  // namespace mastic::sockets
