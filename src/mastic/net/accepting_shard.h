// One loop of a server of connections: it accepts them, and spreads them over the other loops.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/descriptor.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/result.h"
#include "mastic/net/listener.h"
#include "mastic/net/server_shard.h"

namespace mastic::net {

/// Accepts while there is room, and pauses while there is not. When another shard has markedly fewer
/// connections, and a loop that is not stuck, it gets the next one. A derived class says what a connection
/// is and how it is served.
///
/// A connection is counted (ShardCounters::open) from the moment it is accepted, so that a server which
/// ends waits for those on their way, too.
class AcceptingShard : public ServerShard, private AcceptorOwner {
 public:
  /// Accepts from `listener`, which must outlive the shard. Fails when the loop cannot watch it. Throws
  /// std::bad_alloc.
  [[nodiscard]] base::Result<void> accept_from(const Listener& listener);
  /// The same for several.
  [[nodiscard]] base::Result<void> accept_from(std::span<const Listener> listeners);
  void give_up() noexcept final;
  /// Shards of the same server, itself included: connections are spread over them. Before it accepts.
  void set_peers(std::vector<AcceptingShard*> peers) { peers_ = std::move(peers); }

 protected:
  using ServerShard::ServerShard;

  /// Whether one more connection may be accepted; may make room for it. If not, accepting waits.
  [[nodiscard]] virtual bool has_room() noexcept = 0;
  /// Whether a connection that was accepted when there were `others` is served. If not, it is closed at
  /// once.
  [[nodiscard]] virtual bool admits(std::uint64_t others) noexcept {
    (void)others;
    return true;
  }
  /// Serves a connection, which this shard or a peer has accepted, and tells of its beginning and its
  /// end. Throws std::bad_alloc: then the connection is lost.
  virtual void serve(base::Descriptor socket, base::Endpoint peer) = 0;
  /// Closes what it can do without, for descriptors or memory have run out.
  virtual void make_room() noexcept {}
  /// The option that bounds connections, as the reader of a log sets it.
  [[nodiscard]] virtual std::string_view bounding_option() const noexcept = 0;

  void connection_begun() noexcept;
  void connection_over() noexcept;
  /// How many have begun and are not over.
  [[nodiscard]] std::uint64_t connections() const {
    return connections_.load(std::memory_order_relaxed);
  }

 private:
  // AcceptorOwner.
  bool may_accept() noexcept final;
  void accepted(base::Descriptor socket, base::Endpoint peer) noexcept final;
  void accept_failed(int number) noexcept final;

  void close() noexcept final;
  [[nodiscard]] AcceptingShard& least_busy();
  void take(base::Descriptor socket, base::Endpoint peer);
  void hand_over(AcceptingShard& shard, base::Descriptor socket, base::Endpoint peer);
  void lost_connection() noexcept;
  void pause() noexcept;
  void resume() noexcept;

  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::vector<AcceptingShard*> peers_;
  std::atomic<std::uint64_t> connections_{0};  ///< other shards read it
  bool is_paused_ = false;
  async::TimerOf<AcceptingShard, &AcceptingShard::resume> retry_{*this};
};

}  // namespace mastic::net
