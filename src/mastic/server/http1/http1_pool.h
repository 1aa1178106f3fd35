// What a shard keeps of HTTP/1 for its connections.

#pragma once

#include <memory>

#include "mastic/server/free_list.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

class Connection;
class Http1Connection;

/// The state machines that nobody needs at the moment: a connection is lent one from the first byte
/// of a request until all is answered and has left, so connections that rest hold none.
class Http1Pool {
 public:
  explicit Http1Pool(ShardServices& shard);
  Http1Pool(const Http1Pool&) = delete;
  Http1Pool& operator=(const Http1Pool&) = delete;
  ~Http1Pool();

  /// One that serves `connection`, which was waiting. Throws std::bad_alloc.
  [[nodiscard]] std::unique_ptr<Http1Connection> take(Connection& connection);
  /// Requires: it is as good as new, for it serves another connection next.
  void give_back(std::unique_ptr<Http1Connection> spare) noexcept;

 private:
  ShardServices& shard_;
  FreeList<Http1Connection> free_;
};

}  // namespace mastic::server
