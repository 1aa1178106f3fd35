#include "mastic/net/inherited_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "mastic/base/kernel_testing.h"
#include "mastic/net/listener.h"
#include "mastic/net/socket_address.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;
using base::Address;
using base::system_kernel;

base::Descriptor owned(int fd) { return {system_kernel(), fd}; }

/// A socket as a service manager opens it: it blocks, children inherit it, and nothing was
/// accepted.
base::Descriptor open_socket(const Address& address, bool listens = true) {
  SocketAddress where(address);
  auto socket = owned(system_kernel().socket(where.family(), SOCK_STREAM, 0));
  EXPECT_EQ(system_kernel().bind(socket.fd(), where.data(), *where.size()), 0);
  if (listens) {
    EXPECT_EQ(system_kernel().listen(socket.fd(), 10), 0);
  }
  return socket;
}

base::Descriptor open_socket(const char* text, bool listens = true) {
  return open_socket(*Address::parse(text), listens);
}

std::string unix_path(const std::string& name) {
  return testing::TempDir() + name + std::to_string(getpid());
}

Address number(const base::Descriptor& socket) { return Address::inherited(socket.fd()); }

std::string fault(const Address& address) {
  const auto listener = Listener::open(system_kernel(), address);
  return listener ? "" : listener.error().message;
}

/// Connects a client. Returns 0, or an errno.
int connect_to(const Address& address) {
  SocketAddress where(address);
  const auto client = owned(system_kernel().socket(where.family(), SOCK_STREAM, 0));
  return -system_kernel().connect(client.fd(), where.data(), *where.size());
}

TEST(InheritedSocket, ReportsTheAddressThatItIsBoundTo) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
    const base::Descriptor socket = open_socket(text);
    const auto listener = Listener::open(system_kernel(), number(socket));
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_NE(listener->address().endpoint().port, 0) << text;
    EXPECT_EQ(connect_to(listener->address()), 0);
  }
}

TEST(InheritedSocket, IsNonBlockingAndNotPassedOnToChildren) {
  const base::Descriptor socket = open_socket("127.0.0.1:0");
  const auto listener = Listener::open(system_kernel(), number(socket));
  ASSERT_TRUE(listener);
  EXPECT_NE(listener->fd(), socket.fd());
  for (const int fd : {listener->fd(), socket.fd()}) {
    EXPECT_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  }
  int no_delay = 0;
  unsigned size = sizeof no_delay;
  system_kernel().getsockopt(listener->fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  EXPECT_NE(no_delay, 0);
}

TEST(InheritedSocket, KeepsListeningWhenItsListenerIsClosed) {
  const base::Descriptor socket = open_socket("127.0.0.1:0");
  Address address = number(socket);
  for (int times = 0; times < 3; ++times) {
    auto listener = Listener::open(system_kernel(), number(socket));
    ASSERT_TRUE(listener) << listener.error().message;
    address = listener->address();
    listener->close();
    EXPECT_EQ(connect_to(address), 0) << "refused between two listeners";
  }
}

TEST(InheritedSocket, LeavesTheFileOfAUnixSocketToItsCreator) {
  const std::string path = unix_path("mastic-inherited-");
  const base::Descriptor socket = open_socket(Address::unix_socket(path));
  {
    const auto listener = Listener::open(system_kernel(), number(socket), {.mode = 0666});
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_EQ(listener->address().to_string(), "unix:" + path);
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(connect_to(Address::unix_socket(path)), 0);
  std::filesystem::remove(path);
}

TEST(InheritedSocket, MayBeAnAbstractUnixSocket) {
  const auto socket = owned(system_kernel().socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string text = "mastic-" + std::to_string(getpid());
  text.copy(name.sun_path + 1, text.size());
  const auto size = static_cast<unsigned>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  ASSERT_EQ(system_kernel().bind(socket.fd(), reinterpret_cast<const sockaddr*>(&name), size), 0);
  ASSERT_EQ(system_kernel().listen(socket.fd(), 10), 0);
  const auto listener = Listener::open(system_kernel(), number(socket));
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(listener->address().to_string(), "unix:@" + text);
}

TEST(InheritedSocket, AcceptsConnections) {
  class OneOwner final : public AcceptorOwner {
   public:
    bool may_accept() noexcept override { return true; }
    void accepted(base::Descriptor, base::Endpoint) noexcept override { ++connections; }
    void accept_failed(int) noexcept override { FAIL(); }
    int connections = 0;
  } owner;
  const base::Descriptor socket = open_socket("127.0.0.1:0");
  const auto listener = Listener::open(system_kernel(), number(socket));
  const auto loop = loop::Loop::open(system_kernel(), loop::TransferKind::Syscall).value();
  EXPECT_EQ(connect_to(listener->address()), 0) << "connects before an acceptor exists";
  Acceptor acceptor(*loop, *listener, owner);
  ASSERT_TRUE(acceptor.start());
  loop->turn(5s);
  EXPECT_EQ(owner.connections, 1);
}

TEST(InheritedSocket, SaysWhatTheDescriptorIsInstead) {
  EXPECT_EQ(
      fault(Address::inherited(999'999)),
      "cannot listen on fd:999999: no such descriptor is open; the program that starts this one "
      "has to pass the socket, as systemd passes the first socket of a unit as fd:3");
  const auto file = owned(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_NE(fault(number(file)).find("the descriptor is not a socket"), std::string::npos);
  const auto datagrams = owned(socket(AF_INET, SOCK_DGRAM, 0));
  EXPECT_NE(fault(number(datagrams)).find("not a stream socket"), std::string::npos);
  const base::Descriptor bound = open_socket("127.0.0.1:0", false);
  EXPECT_NE(fault(number(bound)).find("does not listen"), std::string::npos);
}

TEST(InheritedSocket, ReportsEveryFailedCall) {
  const base::Descriptor socket = open_socket("127.0.0.1:0");
  for (const char* call : {"getsockopt", "getsockname", "fcntl"}) {
    for (int nth = 1; nth <= 4; ++nth) {
      base::FailingKernel kernel(system_kernel());
      kernel.fail(call, nth, ENOBUFS);
      const auto listener = Listener::open(kernel, number(socket));
      EXPECT_EQ(listener.has_value(), kernel.calls(call) < nth) << call << nth;
      if (listener) continue;
      EXPECT_TRUE(listener.error().message.starts_with("cannot listen on " +
                                                       number(socket).to_string() + ": "));
    }
  }
  EXPECT_EQ(fcntl(socket.fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

}  // namespace
}  // namespace mastic::net
