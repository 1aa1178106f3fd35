#include "mastic/net/delivery.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mastic/loop/loop.h"
#include "mastic/net/listener.h"
#include "mastic/net/socket_address.h"
#include "mastic/net/socket_stream.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;
using base::system_kernel;

class NullOwner final : public StreamOwner {
 public:
  void received(std::string_view) noexcept override {}
  void received_end() noexcept override {}
  void sent(std::uint64_t, std::uint64_t) noexcept override {}
  void failed(int) noexcept override {}
};

using Pair = std::pair<base::Descriptor, base::Descriptor>;

Pair unix_pair() {
  int fds[2];
  EXPECT_EQ(system_kernel().socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  return {base::Descriptor(system_kernel(), fds[0]), base::Descriptor(system_kernel(), fds[1])};
}

Pair tcp_pair() {
  const auto listener = Listener::open(system_kernel(), *base::Address::parse("127.0.0.1:0"));
  SocketAddress where(listener->address());
  base::Descriptor peer(system_kernel(), system_kernel().socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(system_kernel().connect(peer.fd(), where.data(), *where.size()), 0);
  SocketAddress from;
  int accepted = -EAGAIN;
  while (accepted == -EAGAIN) {
    accepted = system_kernel().accept4(listener->fd(), from.data(), from.size(), SOCK_NONBLOCK);
  }
  return {base::Descriptor(system_kernel(), accepted), std::move(peer)};
}

/// Uses real sockets: bytes that a slow peer has not read are not delivered, however many of them
/// the kernel has taken.
TEST(Delivery, CountsWhatThePeerHasReadAndNotWhatTheKernelHolds) {
  for (Pair (*const make)() : {unix_pair, tcp_pair}) {
    auto [socket, peer] = make();
    const auto loop = loop::Loop::open(system_kernel(), loop::TransferKind::Syscall).value();
    NullOwner owner;
    SocketStream stream(*loop, std::move(socket));
    ASSERT_TRUE(stream.start(owner));
    EXPECT_EQ(stream.unacknowledged(), 0u);
    Delivery delivery;
    delivery.start(stream);
    constexpr std::uint64_t kSize = 16 << 20;
    const std::string much(kSize, 'x');
    stream.write_borrowed(much);
    loop->turn(0s);
    const std::uint64_t taken = kSize - stream.unsent();
    delivery.took(taken);
    EXPECT_GT(stream.unsent(), 0u);
    EXPECT_GT(stream.unacknowledged(), 0u);
    EXPECT_LT(delivery.look(stream), taken);

    std::vector<char> buffer(1 << 20);
    for (std::uint64_t got = 0; got < kSize;) {
      const ssize_t read =
          system_kernel().recv(peer.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (read > 0) got += static_cast<std::uint64_t>(read);
      loop->turn(0s);
    }
    delivery.took(kSize - taken);
    while (stream.unacknowledged() > 0) loop->turn(1ms);  // the last acknowledgement may wait
    EXPECT_GT(delivery.look(stream), 0u);
    EXPECT_EQ(delivery.look(stream), 0u);
    stream.close();
    EXPECT_EQ(stream.unacknowledged(), 0u);
  }
}

}  // namespace
}  // namespace mastic::net
