// Writing to a connection, in a task.
//
//     co_await writer.write("hello\n");

#pragma once

#include <string_view>

#include "mastic/sockets/buffered_stream.h"

namespace mastic::sockets {

/// Writes to a connection. Several tasks may write at once: each write is sent as a whole, in the
/// order in which the writes began. A write throws StreamError if the connection was lost or
/// closed. When a write returns, the peer has not necessarily received the bytes. If a write is
/// cancelled after a part of it was sent, nothing more can be written to this connection.
class Writer {
 public:
  /// Makes a writer. Requires: `stream` outlives the writer.
  explicit Writer(BufferedStream& stream) : stream_(stream) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Writes `bytes`. The await ends at once while fewer than write_high_bytes are unsent. Otherwise
  /// it ends when at most write_low_bytes are unsent. Requires: `bytes` stays valid until the await
  /// has ended.
  Send write(std::string_view bytes) { return {stream_, bytes, Send::Until::Room}; }
  /// Waits until everything that was written has been passed to the kernel.
  Send flush() { return {stream_, {}, Send::Until::Sent}; }
  /// Ends this side of the connection after everything that was written. The peer may continue to
  /// send.
  Send shut_write() { return {stream_, {}, Send::Until::Shut}; }

 private:
  BufferedStream& stream_;
};

}  // namespace mastic::sockets
