// A shard that accepts connections on its loop, and spreads them over the other loops.

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

/// Accepts connections while there is room, and pauses while there is no room. When another shard
/// has markedly fewer connections, and its loop is not stuck, that shard gets the next connection.
/// A derived class defines what a connection is and how it is served.
///
/// A connection is counted (ShardCounters::open) from the moment it is accepted. So a server that
/// ends also waits for connections that are on their way from one shard to another.
class AcceptingShard : public ServerShard, private AcceptorOwner {
 public:
  /// Accepts from `listener`, which must outlive the shard. Fails when the loop cannot watch the
  /// listener. Throws std::bad_alloc.
  [[nodiscard]] base::Result<void> accept_from(const Listener& listener);
  /// Accepts from several listeners, which must outlive the shard. Fails when the loop cannot watch
  /// a listener. Throws std::bad_alloc.
  [[nodiscard]] base::Result<void> accept_from(std::span<const Listener> listeners);
  void give_up() noexcept final;
  /// Sets the shards of the server, including this one, over which connections are spread. Call
  /// this before `accept_from`.
  void set_peers(std::vector<AcceptingShard*> peers) { peers_ = std::move(peers); }

 protected:
  using ServerShard::ServerShard;

  /// Returns whether one more connection may be accepted. A derived class may make room first, for
  /// instance by closing an idle connection. After false, accepting pauses.
  [[nodiscard]] virtual bool has_room() noexcept = 0;
  /// Returns whether to serve a connection that was accepted while the server had `others` other
  /// connections. After false, the connection is closed at once.
  [[nodiscard]] virtual bool admits(std::uint64_t others) noexcept {
    (void)others;
    return true;
  }
  /// Serves a connection that this shard or a peer has accepted. A derived class calls
  /// connection_begun here, and connection_over when the connection ends. `serve` may throw
  /// std::bad_alloc before it calls connection_begun; then the connection is closed.
  virtual void serve(base::Descriptor socket, base::Endpoint peer) = 0;
  /// Closes connections that can be spared. Called when descriptors or memory have run out.
  virtual void make_room() noexcept {}
  /// The name of the option that limits connections, for log messages.
  [[nodiscard]] virtual std::string_view bounding_option() const noexcept = 0;

  /// Counts a connection as one of this shard.
  void connection_begun() noexcept;
  /// Counts a connection of this shard as over. If accepting was paused, it continues.
  void connection_over() noexcept;
  /// How many connections have begun and are not over.
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
  std::atomic<std::uint64_t> connections_{0};  ///< other shards read this count
  bool is_paused_ = false;
  async::TimerOf<AcceptingShard, &AcceptingShard::resume> retry_{*this};
};

}  // namespace mastic::net
