#include "mastic/net/listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;
using base::Address;
using base::system_kernel;

class RecordingAcceptorOwner final : public AcceptorOwner {
 public:
  bool may_accept() noexcept override { return accepts; }
  void accepted(base::Descriptor socket, base::Endpoint peer) noexcept override {
    sockets.push_back(std::move(socket));
    peers.push_back(peer);
  }
  void accept_failed(int number) noexcept override { errors.push_back(number); }

  std::vector<base::Descriptor> sockets;
  std::vector<base::Endpoint> peers;
  std::vector<int> errors;
  bool accepts = true;
};

base::Descriptor connected_to(const Address& address) {
  SocketAddress where(address);
  base::Descriptor client(system_kernel(), system_kernel().socket(where.family(), SOCK_STREAM, 0));
  EXPECT_EQ(system_kernel().connect(client.fd(), where.data(), *where.size()), 0);
  return client;
}

TEST(Listener, AcceptsOnEveryKindOfAddress) {
  const std::string path = testing::TempDir() + "mastic-listener-" + std::to_string(getpid());
  for (const std::string& text :
       {std::string("127.0.0.1:0"), std::string("[::1]:0"), "unix:" + path}) {
    const auto loop = loop::Loop::open(system_kernel(), loop::TransferKind::Syscall).value();
    const auto listener = Listener::open(system_kernel(), *Address::parse(text));
    ASSERT_TRUE(listener) << listener.error().message;
    RecordingAcceptorOwner owner;
    Acceptor acceptor(*loop, *listener, owner);
    ASSERT_TRUE(acceptor.start());
    const base::Descriptor client = connected_to(listener->address());
    loop->turn(5s);
    ASSERT_EQ(owner.sockets.size(), 1u) << text;
    EXPECT_EQ(owner.peers[0].ip.is_none(), text.starts_with("unix:"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Listener, SaysWhatIsWrongAndTheRemedy) {
  const auto first = Listener::open(system_kernel(), *Address::parse("127.0.0.1:0"));
  const auto second = Listener::open(system_kernel(), first->address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            "cannot listen on " + first->address().to_string() +
                ": Address already in use; stop the program that uses it, or choose "
                "another address");
  EXPECT_NE(Listener::open(system_kernel(), *Address::parse("192.0.2.1:80"))
                .error()
                .message.find("no interface"),
            std::string::npos);
  EXPECT_NE(Listener::open(system_kernel(), *Address::parse("unix:/no/such/dir/s"))
                .error()
                .message.find("directory"),
            std::string::npos);
}

TEST(Listener, SetsTheModeOfAUnixSocket) {
  const std::string path = testing::TempDir() + "mastic-mode-" + std::to_string(getpid());
  const Address address = Address::unix_socket(path);
  for (const unsigned mode : {0600u, 0660u, 0666u}) {
    const auto listener = Listener::open(system_kernel(), address, {.mode = mode});
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(mode));
  }
  base::FailingKernel kernel(system_kernel());
  kernel.fail("chmod", 1, EPERM);
  EXPECT_FALSE(Listener::open(kernel, address));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Listener, FailsWhenThePortCannotBeLearned) {
  base::FailingKernel kernel(system_kernel());
  kernel.fail("getsockname", 1, ENOBUFS);
  const auto listener = Listener::open(kernel, *Address::parse("127.0.0.1:0"));
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().message.find("No buffer space"), std::string::npos);
}

TEST(Listener, NeverReplacesAFileThatIsNotASocket) {
  const std::string path = testing::TempDir() + "mastic-precious-" + std::to_string(getpid());
  std::ofstream(path) << "precious";
  EXPECT_FALSE(Listener::open(system_kernel(), Address::unix_socket(path)));
  std::string kept;
  std::ifstream(path) >> kept;
  EXPECT_EQ(kept, "precious");
  std::filesystem::remove(path);
}

TEST(Listener, ReplacesAUnixSocketThatADeadProcessLeft) {
  const std::string path = testing::TempDir() + "mastic-stale-" + std::to_string(getpid());
  const Address address = Address::unix_socket(path);
  {
    SocketAddress where(address);
    const base::Descriptor dead(system_kernel(), system_kernel().socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(system_kernel().bind(dead.fd(), where.data(), *where.size()), 0);
  }
  const auto listener = Listener::open(system_kernel(), address);
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_FALSE(Listener::open(system_kernel(), address))
      << "a socket that is in use is not replaced";
}

struct AcceptorTest : testing::Test {
  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  Listener listener = Listener::open(kernel, *Address::parse("127.0.0.1:80")).value();
  RecordingAcceptorOwner owner;
  Acceptor acceptor{*loop, listener, owner};
};

TEST_F(AcceptorTest, PausesWhenDescriptorsRunOutAndRetries) {
  ASSERT_TRUE(acceptor.start());
  kernel.connect_to(listener.fd());
  int nth = 0;
  for (const int number : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) kernel.fail("accept4", ++nth, number);
  const base::Instant start = kernel.monotonic_now();
  int turns = 0;
  while (owner.sockets.empty() && ++turns < 20) loop->turn(1h);
  EXPECT_EQ(owner.sockets.size(), 1u);
  EXPECT_EQ(owner.errors, (std::vector<int>{EMFILE, ENFILE, ENOBUFS, ENOMEM}));
  EXPECT_GE(kernel.monotonic_now() - start, 75ms);  // 5 + 10 + 20 + 40
  EXPECT_LT(kernel.monotonic_now() - start, 100ms);
}

TEST_F(AcceptorTest, DoesNotSpinWhileItIsPaused) {
  ASSERT_TRUE(acceptor.start());
  kernel.connect_to(listener.fd());
  for (int nth = 1; nth <= 50; ++nth) kernel.fail("accept4", nth, EMFILE);
  const base::Instant start = kernel.monotonic_now();
  while (kernel.monotonic_now() - start < 10s) loop->turn(10s);
  EXPECT_LT(kernel.calls("accept4"), 25);  // 5 ms doubled up to a second
  EXPECT_GT(kernel.calls("accept4"), 10);
}

TEST_F(AcceptorTest, SkipsConnectionsThatFailedBeforeTheyWereAccepted) {
  ASSERT_TRUE(acceptor.start());
  kernel.connect_to(listener.fd());
  int nth = 0;
  for (const int number : {ECONNABORTED, EPROTO, EPERM, EINTR})
    kernel.fail("accept4", ++nth, number);
  loop->turn(0s);
  EXPECT_EQ(owner.sockets.size(), 1u);
  EXPECT_TRUE(owner.errors.empty());
}

TEST_F(AcceptorTest, AcceptsNothingWhilePaused) {
  ASSERT_TRUE(acceptor.start());
  acceptor.pause();
  kernel.connect_to(listener.fd());
  loop->turn(0s);
  EXPECT_TRUE(owner.sockets.empty());
  acceptor.accept_waiting();
  EXPECT_EQ(owner.sockets.size(), 1u);
}

TEST(DescribeAcceptFailure, NamesTheCauseAndTheRemedy) {
  const std::string own = describe_accept_failure(EMFILE, "--max-connections");
  EXPECT_NE(own.find("ulimit -n"), std::string::npos);
  EXPECT_NE(own.find("lower --max-connections"), std::string::npos);
  EXPECT_NE(describe_accept_failure(ENFILE, "max_connections").find("fs.file-max"),
            std::string::npos);
  const std::string memory = describe_accept_failure(ENOMEM, "max_connections");
  EXPECT_EQ(memory, "cannot accept connections for the moment: Cannot allocate memory");
}

}  // namespace
}  // namespace mastic::net
