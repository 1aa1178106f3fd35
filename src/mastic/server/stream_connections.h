// The two kinds of connection: one that contains its socket, and one over a stream of any other
// kind.

#pragma once

#include <memory>
#include <utility>

#include "mastic/loop/source.h"
#include "mastic/net/socket_stream.h"
#include "mastic/server/connection.h"
#include "mastic/server/shard.h"

namespace mastic::server {

/// The usual connection, over a socket. Connection and stream are one allocation, and are retired
/// together.
class SocketConnection final : private net::SocketStream, public Connection {
 public:
  SocketConnection(Shard& shard, base::Descriptor socket, base::Endpoint peer)
      : SocketStream(shard.services().loop(), std::move(socket)), Connection(shard, peer) {}
  ~SocketConnection() override { forget_protocol(); }
  net::Stream& stream() noexcept override { return *this; }

 private:
  void retire() noexcept override {
    shard().services().loop().retire(std::unique_ptr<loop::Retirable>(this));
  }
};

// This is all the memory of a resting connection besides its slot of 16 bytes in the loop's table
// of sources. With the slot and the overhead of malloc, a connection takes 160 bytes, so a hundred
// thousand connections take 16 MB. With one more field a connection would take 176 bytes: put
// fields that a resting connection does not need into Http1Connection.
static_assert(sizeof(SocketConnection) <= 136);

/// A connection over a stream that is not a plain socket, such as TLS.
class StreamConnection final : public loop::Retirable, public Connection {
 public:
  StreamConnection(Shard& shard, std::unique_ptr<net::Stream> stream, base::Endpoint peer)
      : Connection(shard, peer), stream_(std::move(stream)) {}
  ~StreamConnection() override { forget_protocol(); }
  net::Stream& stream() noexcept override { return *stream_; }

 private:
  void retire() noexcept override {
    shard().services().loop().retire(std::unique_ptr<loop::Retirable>(this));
  }

  std::unique_ptr<net::Stream> stream_;
};

}  // namespace mastic::server
