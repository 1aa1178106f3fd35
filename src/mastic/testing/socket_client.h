// A client for tests of socket servers, whose calls all block.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"

namespace mastic::testing {

/// A connection to a server on this machine, over TCP, UDP or a Unix socket:
///
///     TcpServer server(echo);
///     ASSERT_TRUE(server.listen("127.0.0.1:0"));
///     ASSERT_TRUE(server.start());
///     SocketClient client(server.addresses()[0]);
///     EXPECT_EQ(client.ask("hello"), "hello");
///
/// A call that gets nothing within ten seconds returns as if the server had closed the connection.
class SocketClient {
 public:
  /// Whether the socket is a stream (TCP, or Unix) or exchanges datagrams (UDP, or Unix).
  enum class Kind { Stream, Datagrams };
  /// Connects to `address`. Throws std::runtime_error when connecting fails.
  explicit SocketClient(const base::Address& address, Kind kind = Kind::Stream);

  /// Sends all bytes; returns early, without an error, when the server has closed the connection.
  void send(std::string_view bytes);
  /// Receives the next line, without its line feed. At the end of the stream it returns the rest,
  /// which may be empty. Streams only.
  [[nodiscard]] std::string line();
  /// Sends `text` and a line feed, and returns the next line. Streams only.
  std::string ask(std::string_view text);
  /// Receives the next datagram; empty when none comes.
  [[nodiscard]] std::string datagram();
  /// Whether every byte of the server has been read and the server has closed its side. Waits for
  /// the next byte or the end of the stream. Streams only.
  [[nodiscard]] bool has_ended();
  /// Closes the write side; the server can still send.
  void shut_write();
  /// Closes the connection with a TCP reset.
  void reset();

 private:
  /// Receives bytes; empty at the end, after an error and after ten seconds.
  std::string receive();

  base::Descriptor socket_;
  std::string unread_;
  bool ended_ = false;
};

}  // namespace mastic::testing
