// The HTTP/1 state machines that a shard keeps for its connections.

#pragma once

#include <cstddef>
#include <memory>

#include "mastic/server/free_list.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

class Connection;
class Http1Connection;

/// The links of an Http1Connection in the ring of machines that rest.
class RestingLinks {
 public:
  RestingLinks() = default;
  RestingLinks(const RestingLinks&) = delete;
  RestingLinks& operator=(const RestingLinks&) = delete;
  /// Whether the machine is in the ring of machines that rest.
  [[nodiscard]] bool is_resting() const { return next_ != nullptr; }

 protected:
  ~RestingLinks() = default;

 private:
  friend class Http1Pool;
  RestingLinks* next_ = nullptr;  ///< in a ring with the pool's head; null unless the machine rests
  RestingLinks* previous_ = nullptr;
};

/// Provides connections with state machines. A connection has a machine from the first byte of a
/// request on. When everything is answered and has left, the machine stays with the connection,
/// whose next request is likely to arrive soon. At most 64 machines stay; beyond that, the machine
/// that has rested longest is taken away. So a server with many resting connections needs few
/// machines.
class Http1Pool {
 public:
  /// `shard` must outlive the pool.
  explicit Http1Pool(ShardServices& shard);
  Http1Pool(const Http1Pool&) = delete;
  Http1Pool& operator=(const Http1Pool&) = delete;
  ~Http1Pool();

  /// Returns a machine that serves `connection`. Throws std::bad_alloc. Requires: `connection` has
  /// no protocol.
  [[nodiscard]] std::unique_ptr<Http1Connection> take(Connection& connection);
  /// Takes back a machine whose connection rests or speaks another protocol. Requires:
  /// spare->is_as_new().
  void give_back(std::unique_ptr<Http1Connection> spare) noexcept;

  /// Adds `rested`, which stays with its connection for now. Requires: rested.is_as_new().
  void rests(Http1Connection& rested) noexcept;
  /// Removes `resting`, which has work again, or whose connection ends.
  void works(RestingLinks& resting) noexcept {
    resting.next_->previous_ = resting.previous_;
    resting.previous_->next_ = resting.next_;
    resting.next_ = nullptr;
    --resting_;
  }

 private:
  struct Head final : RestingLinks {};
  /// Enough for the clients that are active at a time, and so few that the memory does not matter
  /// beside thousands of resting connections.
  static constexpr std::size_t kMaxResting = 64;

  ShardServices& shard_;
  FreeList<Http1Connection> free_;
  Head head_;  ///< its next is the machine that has rested longest
  std::size_t resting_ = 0;
};

}  // namespace mastic::server
