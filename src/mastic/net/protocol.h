// The protocol above a stream, and who keeps the connection that it speaks over.

#pragma once

#include <cstdint>
#include <new>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/loop.h"
#include "mastic/net/stream.h"

namespace mastic::net {

/// Keeps a connection: its stream, its place among the others, its end. It owns the stream's
/// events and passes them on to the protocol that it holds.
class ProtocolHost : public StreamOwner {
 public:
  [[nodiscard]] virtual Stream& stream() noexcept = 0;
  [[nodiscard]] virtual const base::Endpoint& peer() const = 0;
  [[nodiscard]] virtual loop::Loop& loop() const = 0;
  /// Whether the server ends gently: nothing new is to begin.
  [[nodiscard]] virtual bool is_draining() const = 0;

  /// The connection has work: it is closed neither to make room nor because it waits for too long.
  virtual void becomes_busy() = 0;
  /// The connection waits for its peer: it may be closed to make room, and
  /// Protocol::waited_in_vain is called when it has waited for too long.
  virtual void becomes_idle() = 0;

  /// Closes the connection at once; what was not sent is lost. Calls Protocol::closed before it
  /// returns, unless the connection is closed already. The protocol stays until the end of the
  /// turn.
  virtual void close() = 0;
  /// The same, and the peer sees a reset: it must not take what it got for the whole.
  virtual void abort() = 0;

  /// Runs `step`; when memory runs out in it, this connection is aborted and no other one notices.
  /// False then.
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

/// What a connection speaks. A state machine on the loop that its host tells what the stream tells.
///
/// 1. It is made with its host, which outlives it with its stream, and is told `start` before anything
///    else. When the stream cannot begin, it is told nothing at all and destroyed.
/// 2. After `closed` it is told nothing more, and is destroyed when none of its frames is left.
/// 3. It may close or abort the connection in any of these calls.
class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  /// The stream is its own from now on: a protocol whose server speaks first does so here.
  virtual void start() noexcept {}
  /// As StreamOwner has them.
  virtual void received(std::string_view bytes) noexcept = 0;
  virtual void received_end() noexcept = 0;
  virtual void sent(std::uint64_t taken, std::uint64_t unsent) noexcept = 0;
  /// The connection is closed, by either side or by an error; `unsent` bytes are lost.
  virtual void closed(std::uint64_t unsent) noexcept = 0;

  /// Nothing has come in time while the connection was idle, or the server drains: says goodbye as
  /// the protocol has it, and closes after that has left. The connection is busy from then on.
  virtual void waited_in_vain() noexcept = 0;
  /// The server has begun to drain: the protocol ends when what it has begun is done. The drain's
  /// deadline aborts it.
  virtual void drain() noexcept {}

  /// Adds the requests that are being answered, to what the server tells of itself.
  virtual void report(base::LoopReport& report) const { (void)report; }
  /// Cancels the request with this id, if it is here.
  virtual void cancel(std::uint64_t request) noexcept { (void)request; }
};

}  // namespace mastic::net
