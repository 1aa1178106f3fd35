// A client for tests of socket servers, as plain as can be: every call waits.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"

namespace mastic::testing {

/// Connects to a server on this machine:
///
///     TcpServer server(echo);
///     ASSERT_TRUE(server.listen("127.0.0.1:0"));
///     ASSERT_TRUE(server.start());
///     SocketClient client(server.addresses()[0]);
///     EXPECT_EQ(client.ask("hello"), "hello");
///
/// What does not come within ten seconds counts as the end. Throws std::runtime_error when it cannot
/// connect.
class SocketClient {
 public:
  /// What it speaks: a stream (TCP, or a Unix socket), or datagrams.
  enum class Kind { Stream, Datagrams };
  /// Connects, or throws std::runtime_error.
  explicit SocketClient(const base::Address& address, Kind kind = Kind::Stream);

  /// Sends all of it, or until the server has closed.
  void send(std::string_view bytes);
  /// The next line, without its line feed; at the end what is left. Streams only.
  [[nodiscard]] std::string line();
  /// Sends a line, and receives one.
  std::string ask(std::string_view text);
  /// The next datagram.
  [[nodiscard]] std::string datagram();
  /// Whether the server has ended its side: no more comes, and what came was read.
  [[nodiscard]] bool has_ended();
  /// Ends this side; the server may go on.
  void shut_write();
  /// Ends it so that the server sees a reset.
  void reset();

 private:
  /// Nothing at the end.
  std::string receive();

  base::Descriptor socket_;
  std::string unread_;
  bool ended_ = false;
};

}  // namespace mastic::testing
