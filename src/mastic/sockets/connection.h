// A connection as an application sees it: a Reader and a Writer.

#pragma once

#include <stop_token>

#include "mastic/base/ip_address.h"
#include "mastic/sockets/buffered_stream.h"
#include "mastic/sockets/reader.h"
#include "mastic/sockets/writer.h"

namespace mastic::sockets {

/// A connection. A server passes it by reference to a handler. The connections that connect_tcp and
/// connect_unix return belong to the caller. When a Connection is destroyed, what was written is
/// still sent and then the connection is closed, in the background.
///
/// Reader and writer may be used only by tasks of one context (async/context.h), because no two of
/// these run at the same time.
class Connection {
 public:
  /// Requires: `stream` outlives the connection.
  Connection(BufferedStream& stream, base::Endpoint peer)
      : stream_(&stream), reader_(stream), writer_(stream), peer_(peer) {}
  ~Connection() {
    if (stream_ != nullptr) stream_->request_end();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The reader, for what the peer sends.
  [[nodiscard]] Reader& reader() { return reader_; }
  /// The writer, for what is sent to the peer.
  [[nodiscard]] Writer& writer() { return writer_; }
  /// The address of the peer. On a Unix socket the peer has no address, and `peer().ip.is_none()`
  /// is true.
  [[nodiscard]] const base::Endpoint& peer() const { return peer_; }
  /// A token that fires when the connection is lost or its server drains. After that a handler may
  /// still write, but should end soon.
  [[nodiscard]] std::stop_token stop_token() const { return stream_->stop_token(); }
  /// Closes the connection at once, so that the peer sees a reset. Reads and writes fail from then
  /// on. Any thread may call this.
  void abort() noexcept { stream_->request_abort(); }

  /// Makes the destructor leave the stream alone. Called by a server, which ends the stream itself.
  void let_go() { stream_ = nullptr; }

 private:
  BufferedStream* stream_;
  Reader reader_;
  Writer writer_;
  base::Endpoint peer_;
};

}  // namespace mastic::sockets
