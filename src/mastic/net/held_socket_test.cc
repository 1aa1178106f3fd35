// Sockets that another process has open too, as a child of a handler has between fork and exec or
// for as long as it lives. A second descriptor of the same open file has the same effect.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "mastic/base/kernel_testing.h"
#include "mastic/loop/transfer_testing.h"
#include "mastic/net/listener.h"
#include "mastic/net/socket_address.h"
#include "mastic/net/socket_stream.h"
#include "mastic/threads/signals.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;
using base::Address;
using base::Descriptor;
using base::system_kernel;

class Owner final : public AcceptorOwner, public StreamOwner {
 public:
  bool may_accept() noexcept override { return true; }
  void accepted(Descriptor socket, base::Endpoint) noexcept override {
    accepted_socket = std::move(socket);
  }
  void accept_failed(int) noexcept override {}
  void received(std::string_view) noexcept override { ++heard; }
  void received_end() noexcept override { ++heard; }
  void sent(std::uint64_t, std::uint64_t) noexcept override {}
  void failed(int) noexcept override { ++heard; }

  Descriptor accepted_socket;
  int heard = 0;
};

/// A connection to a listener, with a second descriptor of the server's end.
struct HeldSocketTest : testing::TestWithParam<std::tuple<bool, loop::TransferKind>> {
  HeldSocketTest() {
    threads::let_writes_fail();
    EXPECT_TRUE(listener);
    EXPECT_TRUE(acceptor.start());
    EXPECT_EQ(connect(), 0);
    loop->turn(5s);
    held = Descriptor(system_kernel(), dup(owner.accepted_socket.fd()));
    stream = std::make_unique<SocketStream>(*loop, std::move(owner.accepted_socket));
    EXPECT_TRUE(stream->start(owner));
  }
  [[nodiscard]] static bool is_unix() { return std::get<bool>(GetParam()); }
  static Address address() {
    if (!is_unix()) return *Address::parse("127.0.0.1:0");
    return Address::unix_socket(testing::TempDir() + "mastic-held-" + std::to_string(getpid()));
  }
  /// Connects a new client. Returns 0, or -errno.
  int connect() {
    SocketAddress where(listener->address());
    client = Descriptor(system_kernel(),
                        system_kernel().socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval longest{.tv_sec = 10, .tv_usec = 0};
    setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    return system_kernel().connect(client.fd(), where.data(), *where.size());
  }
  /// The result of the client's next receive: the number of bytes, 0 at the end, or -errno.
  ssize_t receive() {
    char bytes[100];
    return system_kernel().recv(client.fd(), bytes, sizeof bytes, 0);
  }
  std::shared_ptr<const Descriptor> make_file(std::size_t size) {
    char name[] = "/tmp/mastic-held-XXXXXX";
    auto file = std::make_shared<const Descriptor>(system_kernel(), mkstemp(name));
    unlink(name);
    EXPECT_EQ(ftruncate(file->fd(), static_cast<off_t>(size)), 0);
    return file;
  }
  /// Expects that the loop reports nothing more of the connection, whatever its peer does.
  void expect_silence() {
    const int before = owner.heard;
    for (int i = 0; i < 3; ++i) loop->turn(0s);
    EXPECT_EQ(owner.heard, before);
  }

  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(system_kernel(),
                       loop::make_test_transfer(system_kernel(), std::get<1>(GetParam())))
          .value();
  base::Result<Listener> listener = Listener::open(system_kernel(), address());
  Owner owner;
  Acceptor acceptor{*loop, *listener, owner};
  Descriptor client;
  Descriptor held;
  std::unique_ptr<SocketStream> stream;
};

TEST_P(HeldSocketTest, ThePeerIsToldOfAClose) {
  stream->write("all");
  loop->turn(0s);
  stream->close();
  EXPECT_EQ(receive(), 3);
  EXPECT_EQ(receive(), 0);
}

TEST_P(HeldSocketTest, ThePeerIsToldOfAnAbort) {
  stream->abort();
  EXPECT_EQ(receive(), is_unix() ? 0 : -ECONNRESET);
}

TEST_P(HeldSocketTest, AClosedStreamGetsNoEvents) {
  stream->close();
  stream.reset();
  system_kernel().send(client.fd(), "x", 1, MSG_NOSIGNAL);
  client.reset();
  expect_silence();
}

TEST_P(HeldSocketTest, AnAbortedStreamGetsNoEvents) {
  stream->abort();
  stream.reset();
  client.reset();
  expect_silence();
}

TEST_P(HeldSocketTest, AStreamThatEndsWhileItSendsAFileGetsNoEvents) {
  class Thief final : public async::Job {
   public:
    explicit Thief(loop::Loop& loop) : loop_(loop) {}
    void run() noexcept override { EXPECT_TRUE(loop_.take(loop_.look())); }
    void finish() noexcept override {}

   private:
    loop::Loop& loop_;
  };
  stream->write_file(make_file(100 << 20), 0, 100 << 20);
  loop->turn(0s);  // the slice is enqueued by the flush
  Thief thief(*loop);
  loop->enqueue_first(thief);
  ASSERT_EQ(loop->turn(0s), loop::Loop::Turn::Lost);  // so the slice has not been sent yet
  stream->abort();
  loop->retire(std::move(stream));
  client.reset();
  expect_silence();
}

TEST_P(HeldSocketTest, AClosedListenerRefusesClients) {
  const Descriptor held_listener(system_kernel(), dup(listener->fd()));
  acceptor.close();
  listener->close();
  EXPECT_EQ(connect(), is_unix() ? -ENOENT : -ECONNREFUSED);
}

INSTANTIATE_TEST_SUITE_P(, HeldSocketTest,
                         testing::Combine(testing::Bool(),
                                          testing::Values(loop::TransferKind::Syscall,
                                                          loop::TransferKind::IoUring)),
                         [](const auto& each) {
                           const bool is_syscall =
                               std::get<1>(each.param) == loop::TransferKind::Syscall;
                           return std::string(std::get<0>(each.param) ? "Unix" : "Tcp") +
                                  (is_syscall ? "Syscall" : "IoUring");
                         });

}  // namespace
}  // namespace mastic::net
