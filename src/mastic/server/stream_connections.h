// The two kinds of connection: with a socket inside, and over a stream of any other kind.

#pragma once

#include <memory>
#include <utility>

#include "mastic/loop/source.h"
#include "mastic/net/socket_stream.h"
#include "mastic/server/connection.h"
#include "mastic/server/shard.h"

namespace mastic::server {

/// The usual one: connection and stream are one allocation, and what retires the socket retires
/// both.
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

// All that a connection holds while it rests, besides its slot of 16 bytes in the loop's table of
// sources: 160 bytes with that and what malloc adds, so that a hundred thousand of them are 16 MB. A
// field more makes them 176 each: it belongs to Http1Connection, unless a connection needs it while
// it rests.
static_assert(sizeof(SocketConnection) <= 136);

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
