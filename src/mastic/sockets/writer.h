// What a task writes to a connection.
//
//     co_await writer.write("hello\n");

#pragma once

#include <string_view>

#include "mastic/sockets/buffered_stream.h"

namespace mastic::sockets {

/// Writes to a connection. Any number of tasks may do so: each write leaves whole, in the order
/// they began. A write throws StreamError when the connection is lost or closed; that it returns
/// does not say that the peer has got it. One that is cancelled in its middle ends the writing of
/// this connection.
class Writer {
 public:
  /// Made with its connection, which outlives it.
  explicit Writer(BufferedStream& stream) : stream_(stream) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Awaits that `bytes` are on their way: at once, while less than write_high_bytes are unsent; else
  /// when no more than write_low_bytes are. `bytes` have to stay for as long as it is awaited.
  Send write(std::string_view bytes) { return {stream_, bytes, Send::Until::Room}; }
  /// Awaits that all that was written has left for the peer.
  Send flush() { return {stream_, {}, Send::Until::Sent}; }
  /// Tells the peer, after all that was written, that no more comes. It may go on sending.
  Send shut_write() { return {stream_, {}, Send::Until::Shut}; }

 private:
  BufferedStream& stream_;
};

}  // namespace mastic::sockets
