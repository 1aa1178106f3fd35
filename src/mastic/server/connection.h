// The connection of a client, from accept to close.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/units.h"
#include "mastic/net/protocol.h"
#include "mastic/server/connection_list.h"

namespace mastic::server {

class Shard;

/// The state that a connection has for as long as it is open. This state is small, because most
/// connections of a server rest most of the time. What the connection speaks is a Protocol, to
/// which the connection passes the events of its stream. The default is HTTP/1: the connection
/// borrows an Http1Connection from the first byte of a request until everything is answered and has
/// left.
///
///     rests ──first byte──> HTTP/1 ──all has left──> rests
///                              └──101──> another protocol ──> closed
///
/// 1. From its start until it is closed, a connection is in one list of its shard: among the
///    connections that wait for a first byte, or among the busy connections.
/// 2. While a connection waits, the shard may close it when the connection's time is over, or to
///    make room.
/// 3. A closed connection keeps its protocol until it is destroyed, because functions of the
///    protocol may be on the stack.
class Connection : public net::ProtocolHost, public ListedConnection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. Returns false when the loop cannot watch the stream.
  [[nodiscard]] bool start();

  // ---- called by its protocol ----

  [[nodiscard]] const base::Endpoint& peer() const final { return peer_; }
  [[nodiscard]] loop::Loop& loop() const final;
  [[nodiscard]] net::ProtocolServer& server() const final;
  [[nodiscard]] bool is_draining() const final;
  void becomes_busy() final;
  void becomes_idle() final;
  void close() final;
  void abort() final;
  /// Replaces the protocol by `next`, which `start_protocol` then starts; with null the connection
  /// rests. Returns the previous protocol, which the caller destroys or keeps.
  std::unique_ptr<net::Protocol> change_protocol(std::unique_ptr<net::Protocol> next) noexcept;
  /// Starts the current protocol and passes on what happened before: bytes that were received and
  /// not used, the end of the client's side, and the beginning of a drain.
  void start_protocol(std::string_view early, bool peer_ended) noexcept;

  /// Counts one more request.
  void count_request() { ++requests_; }
  /// How many requests were counted.
  [[nodiscard]] std::uint32_t requests() const { return requests_; }

  // ---- called by its shard ----

  /// Sets since when the connection waits for a first byte.
  void wait_from(base::Instant moment) { waits_since_ = moment; }
  /// Since when the connection waits for a first byte.
  [[nodiscard]] base::Instant waits_since() const { return waits_since_; }
  /// Called when nothing has arrived in time.
  void waited_in_vain() noexcept;
  /// Called when the shard begins to drain.
  void drain() noexcept;
  /// Adds the requests of this connection to `report`.
  void report(base::LoopReport& report) const;
  /// Cancels the request with the id `request`, if it belongs to this connection.
  void cancel(std::uint64_t request) noexcept;
  /// Has the connection destroyed at the end of the turn. Requires: the connection is closed.
  virtual void retire() noexcept = 0;

 protected:
  /// A derived class owns the stream.
  Connection(Shard& shard, base::Endpoint peer);
  ~Connection();
  [[nodiscard]] Shard& shard() const { return shard_; }
  /// Destroys the protocol. The destructor of a derived class calls this first, because a protocol
  /// may use host and stream in its own destructor.
  void forget_protocol() noexcept { protocol_.reset(); }

 private:
  // Events of the stream.
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void failed(int number) noexcept override;

  /// Returns the protocol; a resting connection first gets an Http1Connection. Returns null if
  /// there was no memory for one; then the connection has been aborted.
  [[nodiscard]] net::Protocol* wake() noexcept;
  void end(std::uint64_t unsent);

  Shard& shard_;
  std::unique_ptr<net::Protocol> protocol_;  ///< null while the connection rests
  base::Instant waits_since_{};
  base::Endpoint peer_;
  std::uint32_t requests_ : 31 = 0;
  std::uint32_t has_ended_ : 1 = 0;
};

}  // namespace mastic::server
