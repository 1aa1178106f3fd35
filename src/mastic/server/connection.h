// A client's connection, from when it is accepted until it is closed.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/units.h"
#include "mastic/net/stream.h"
#include "mastic/server/connection_list.h"

namespace mastic::server {

class Exchange;
class Http1Connection;
class Shard;

/// What is kept for as long as it is open: little, for most connections of a server rest most of
/// the time. It is lent an Http1Connection from the first byte of a request until all is answered
/// and has left, and passes on to that what its stream tells.
///
/// 1. From its start until it is closed it is in one list of its shard: it waits there for a first
///    byte, or it is busy.
/// 2. While it waits, its shard may close it, when its time is over or to make room.
/// 3. Closed, it keeps what it was lent until it is destroyed, for that may be on the stack.
class Connection : public net::StreamOwner, public ListedConnection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. False when the loop cannot watch the stream.
  [[nodiscard]] bool start() { return stream().start(*this); }
  /// Closes at once; what was not sent is lost.
  void close();
  /// The same, and the client sees a reset.
  void abort();

  [[nodiscard]] Shard& shard() const { return shard_; }
  [[nodiscard]] virtual net::Stream& stream() noexcept = 0;
  [[nodiscard]] const base::Endpoint& peer() const { return peer_; }
  /// Of the request that is being answered; none when none is.
  [[nodiscard]] Exchange* exchange() const;

  // ---- from its Http1Connection ----

  /// One more request has come; says how many that makes.
  std::uint32_t count_request() { return ++requests_; }
  [[nodiscard]] std::uint32_t requests() const { return requests_; }
  /// It has work: it is neither closed to make room nor because it waits for too long.
  void becomes_busy();
  /// It waits for the first byte of a request, and may be closed.
  void becomes_idle();
  /// It waits, and gives back what it was lent.
  void rest() noexcept;

  // ---- from its shard ----

  void wait_from(base::Instant moment) { waits_since_ = moment; }
  [[nodiscard]] base::Instant waits_since() const { return waits_since_; }
  /// Nothing has come in time.
  void waited_in_vain() noexcept;
  /// Goes at the end of the loop's turn. Requires: closed.
  virtual void retire() noexcept = 0;

 protected:
  /// The stream goes with it.
  Connection(Shard& shard, base::Endpoint peer);
  ~Connection();

 private:
  // What the stream tells.
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void failed(int number) noexcept override;

  /// What it is lent; none when there is no memory for that, and it was aborted.
  [[nodiscard]] Http1Connection* wake() noexcept;
  void end(std::uint64_t unsent);

  Shard& shard_;
  std::unique_ptr<Http1Connection> http1_;  ///< none while it rests
  base::Instant waits_since_{};
  base::Endpoint peer_;
  std::uint32_t requests_ = 0;
};

}  // namespace mastic::server
