// A connection as an application has it: something to read, something to write.

#pragma once

#include <stop_token>

#include "mastic/base/ip_address.h"
#include "mastic/sockets/buffered_stream.h"
#include "mastic/sockets/reader.h"
#include "mastic/sockets/writer.h"

namespace mastic::sockets {

/// A connection, lent to a handler by its server, or owned by whoever connected. When it goes, what
/// was written is sent and the connection is closed, in the background.
///
/// Reader and writer are for the tasks of one tree (async/context.h): no two of these run at once.
class Connection {
 public:
  /// `stream` must outlive it.
  Connection(BufferedStream& stream, base::Endpoint peer)
      : stream_(&stream), reader_(stream), writer_(stream), peer_(peer) {}
  ~Connection() {
    if (stream_ != nullptr) stream_->request_end();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What to read from.
  [[nodiscard]] Reader& reader() { return reader_; }
  /// What to write to.
  [[nodiscard]] Writer& writer() { return writer_; }
  /// The other side; none (IpAddress::is_none) on a Unix socket.
  [[nodiscard]] const base::Endpoint& peer() const { return peer_; }
  /// Fires when the connection is lost, or its server stops. Then a handler may go on to write, but
  /// is to end soon.
  [[nodiscard]] std::stop_token stop_token() const { return stream_->stop_token(); }
  /// Closes it at once, from any thread, and the peer sees a reset. Reads and writes fail.
  void abort() noexcept { stream_->request_abort(); }

  /// Called by its server, which ends the stream itself.
  void let_go() { stream_ = nullptr; }

 private:
  BufferedStream* stream_;
  Reader reader_;
  Writer writer_;
  base::Endpoint peer_;
};

}  // namespace mastic::sockets
