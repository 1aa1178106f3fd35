// What a shard keeps of HTTP/1 for its connections.

#pragma once

#include <cstddef>
#include <memory>

#include "mastic/server/free_list.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

class Connection;
class Http1Connection;

/// The links of an Http1Connection among those that rest.
class RestingLinks {
 public:
  RestingLinks() = default;
  RestingLinks(const RestingLinks&) = delete;
  RestingLinks& operator=(const RestingLinks&) = delete;
  [[nodiscard]] bool is_resting() const { return next_ != nullptr; }

 protected:
  ~RestingLinks() = default;

 private:
  friend class Http1Pool;
  RestingLinks* next_ = nullptr;  ///< in a ring with the pool's head; null while it does not rest
  RestingLinks* previous_ = nullptr;
};

/// The state machines of connections: each has one from the first byte of a request on. When all is
/// answered and has left, a few of them stay with their connections, whose next request is likely to
/// come soon; of these, the one that rests for longest goes first, to serve another connection. So
/// a server with many connections that rest holds hardly any.
class Http1Pool {
 public:
  explicit Http1Pool(ShardServices& shard);
  Http1Pool(const Http1Pool&) = delete;
  Http1Pool& operator=(const Http1Pool&) = delete;
  ~Http1Pool();

  /// One that serves `connection`, which had none. Throws std::bad_alloc.
  [[nodiscard]] std::unique_ptr<Http1Connection> take(Connection& connection);
  /// Its connection speaks another protocol. Requires: it is as good as new, for it serves another
  /// connection next.
  void give_back(std::unique_ptr<Http1Connection> spare) noexcept;

  /// `rested` is as good as new, and stays with its connection for now.
  void rests(Http1Connection& rested) noexcept;
  /// It has work again, or its connection ends.
  void works(RestingLinks& resting) noexcept {
    resting.next_->previous_ = resting.previous_;
    resting.previous_->next_ = resting.next_;
    resting.next_ = nullptr;
    --resting_;
  }

 private:
  struct Head final : RestingLinks {};
  /// Enough for the clients of a busy moment, and so few that thousands of connections that rest take
  /// no more memory than without it.
  static constexpr std::size_t kMaxResting = 64;

  ShardServices& shard_;
  FreeList<Http1Connection> free_;
  Head head_;  ///< behind it stands the one that rests for longest
  std::size_t resting_ = 0;
};

}  // namespace mastic::server
