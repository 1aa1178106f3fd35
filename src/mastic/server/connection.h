// A client's connection, from when it is accepted until it is closed.

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

/// What is kept for as long as it is open: little, for most connections of a server rest most of
/// the time. What it speaks is a Protocol: HTTP/1, unless it was given another, and that is lent to
/// it only from the first byte of a request until all is answered and has left. It passes on to
/// that what its stream tells.
///
///     rests ──first byte──> HTTP/1 ──all has left──> rests
///                              └──101──> another protocol ──> closed
///
/// 1. From its start until it is closed it is in one list of its shard: it waits there for a first
///    byte, or it is busy.
/// 2. While it waits, its shard may close it, when its time is over or to make room.
/// 3. Closed, it keeps its protocol until it is destroyed, for that may be on the stack.
class Connection : public net::ProtocolHost, public ListedConnection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. False when the loop cannot watch the stream.
  [[nodiscard]] bool start();

  // ---- from its protocol ----

  [[nodiscard]] const base::Endpoint& peer() const final { return peer_; }
  [[nodiscard]] loop::Loop& loop() const final;
  [[nodiscard]] bool is_draining() const final;
  void becomes_busy() final;
  void becomes_idle() final;
  void close() final;
  void abort() final;
  /// Speaks `next` from now on, when `start_protocol` is called; null: it rests. Returns what it
  /// has spoken, for the caller to destroy or to keep.
  std::unique_ptr<net::Protocol> change_protocol(std::unique_ptr<net::Protocol> next) noexcept;
  /// Starts what it speaks now, and tells it what the connection has seen before: bytes that nobody
  /// has used, the end of the client's side, the beginning of a drain.
  void start_protocol(std::string_view early, bool peer_ended) noexcept;

  /// Counts one more request.
  void count_request() { ++requests_; }
  [[nodiscard]] std::uint32_t requests() const { return requests_; }

  // ---- from its shard ----

  void wait_from(base::Instant moment) { waits_since_ = moment; }
  [[nodiscard]] base::Instant waits_since() const { return waits_since_; }
  /// Nothing has come in time.
  void waited_in_vain() noexcept;
  /// The shard has begun to drain.
  void drain() noexcept;
  /// What its protocol tells of requests.
  void report(base::LoopReport& report) const;
  void cancel(std::uint64_t request) noexcept;
  /// Goes at the end of the loop's turn. Requires: closed.
  virtual void retire() noexcept = 0;

 protected:
  /// The stream goes with it.
  Connection(Shard& shard, base::Endpoint peer);
  ~Connection();
  [[nodiscard]] Shard& shard() const { return shard_; }
  /// For the destructor of what has the stream: a protocol may look at its host until it goes.
  void forget_protocol() noexcept { protocol_.reset(); }

 private:
  // What the stream tells.
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void failed(int number) noexcept override;

  /// What it speaks, HTTP/1 when it rested. Null when there is no memory for that, and it was
  /// aborted.
  [[nodiscard]] net::Protocol* wake() noexcept;
  void end(std::uint64_t unsent);

  Shard& shard_;
  std::unique_ptr<net::Protocol> protocol_;  ///< null while it rests
  base::Instant waits_since_{};
  base::Endpoint peer_;
  std::uint32_t requests_ : 31 = 0;
  std::uint32_t has_ended_ : 1 = 0;
};

}  // namespace mastic::server
