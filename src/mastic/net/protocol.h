// The interface of a protocol above a stream, and of the connection that hosts it.

#pragma once

#include <cstdint>
#include <new>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/loop.h"
#include "mastic/net/protocol_task.h"
#include "mastic/net/stream.h"

namespace mastic::net {

/// A connection as its protocol sees it. The host owns the stream, and counts among the server's
/// connections. It receives the stream's events, and passes them on to its protocol. Used on the
/// loop, outside of user code.
class ProtocolHost : public StreamOwner {
 public:
  /// The stream of the connection.
  [[nodiscard]] virtual Stream& stream() noexcept = 0;
  /// The address of the peer.
  [[nodiscard]] virtual const base::Endpoint& peer() const = 0;
  /// The loop to which the connection belongs.
  [[nodiscard]] virtual loop::Loop& loop() const = 0;
  /// The server to which the connection belongs.
  [[nodiscard]] virtual ProtocolServer& server() const = 0;
  /// Whether the server drains, so that nothing new should begin.
  [[nodiscard]] virtual bool is_draining() const = 0;

  /// Says that the connection has work. Until `becomes_idle`, it is not closed to make room, nor
  /// for waiting too long.
  virtual void becomes_busy() = 0;
  /// Says that the connection waits for its peer. Until `becomes_busy`, it may be closed to make
  /// room, and Protocol::waited_in_vain is called when it has waited for too long.
  virtual void becomes_idle() = 0;

  /// Closes the connection at once; unsent bytes are lost. Calls Protocol::closed before it
  /// returns, unless the connection is closed already. The protocol lives until the end of the
  /// turn.
  virtual void close() = 0;
  /// Closes the connection like `close`, but so that the peer sees a reset and does not take the
  /// bytes it has got for a complete message.
  virtual void abort() = 0;

  /// Runs `step` and returns true. If `step` runs out of memory, aborts this connection and returns
  /// false; other connections are not affected.
  template <class Step>
  bool with_memory(Step step) noexcept {
    try {
      step();
      return true;
    } catch (const std::bad_alloc&) {
      abort();
      return false;
    }
  }

 protected:
  ~ProtocolHost() = default;
};

/// What a connection speaks: a state machine on the loop, to which the host passes the stream's
/// events.
///
/// 1. A protocol is constructed with its host; the host and the stream outlive the protocol.
///    `start` is called before anything else. If the stream cannot start, no member is called and
///    the protocol is destroyed.
/// 2. After `closed` no member is called. The protocol is destroyed when none of its functions is
///    on the stack.
/// 3. The protocol may close or abort the connection in any call of its members.
class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  /// Called when the protocol may use the stream. A protocol in which the server speaks first
  /// begins here.
  virtual void start() noexcept {}
  /// Called as StreamOwner::received is.
  virtual void received(std::string_view bytes) noexcept = 0;
  /// Called as StreamOwner::received_end is.
  virtual void received_end() noexcept = 0;
  /// Called as StreamOwner::sent is.
  virtual void sent(std::uint64_t taken, std::uint64_t unsent) noexcept = 0;
  /// Called after the connection has been closed, by either side or by an error. `unsent` bytes are
  /// lost.
  virtual void closed(std::uint64_t unsent) noexcept = 0;

  /// Called when an idle connection has waited for too long, or the server drains. The protocol
  /// says goodbye in its own way and closes the connection after the goodbye has left. The
  /// connection counts as busy from now on.
  virtual void waited_in_vain() noexcept = 0;
  /// Called when the server begins to drain. The protocol finishes what it has begun, and then
  /// closes the connection. At the deadline of the drain, the connection is aborted.
  virtual void drain() noexcept {}

  /// Adds the requests that are being answered to `report`.
  virtual void report(base::LoopReport& report) const { (void)report; }
  /// Cancels the request with the id `request`, if it belongs to this connection.
  virtual void cancel(std::uint64_t request) noexcept { (void)request; }
};

}  // namespace mastic::net
