#include "mastic/server/connection.h"

#include <new>
#include <utility>

#include "mastic/server/http1/http1_connection.h"
#include "mastic/server/shard.h"

namespace mastic::server {

Connection::Connection(Shard& shard, base::Endpoint peer) : shard_(shard), peer_(peer) {}

Connection::~Connection() = default;

Exchange* Connection::exchange() const { return http1_ ? http1_->exchange() : nullptr; }

// ---- rest and work ----

Http1Connection* Connection::wake() noexcept {
  if (http1_) return http1_.get();
  try {
    http1_ = shard_.free_list().take();
    if (!http1_) http1_ = std::make_unique<Http1Connection>(shard_.services());
    http1_->serve(*this);
  } catch (const std::bad_alloc&) {
    abort();
  }
  return http1_.get();
}

void Connection::becomes_busy() { shard_.connection_busy(*this); }
void Connection::becomes_idle() { shard_.connection_idle(*this); }

void Connection::rest() noexcept { shard_.free_list().give_back(std::move(http1_)); }

/// While the shard drains, a request may be on its way: the client is to learn that it was not read.
/// Otherwise it may still be taking its answer, of which the kernel held the rest.
void Connection::waited_in_vain() noexcept {
  if (!shard_.is_draining() && stream().unacknowledged() == 0) return close();
  if (Http1Connection* const http1 = wake()) http1->linger();
}

// ---- what the stream tells ----

void Connection::received(std::string_view bytes) noexcept {
  if (Http1Connection* const http1 = wake()) http1->received(bytes);
}

void Connection::received_end() noexcept { http1_ ? http1_->received_end() : close(); }

void Connection::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  if (http1_) http1_->sent(taken, unsent);
}

void Connection::failed(int) noexcept { close(); }

// ---- the end ----

void Connection::close() {
  const std::uint64_t unsent = stream().unsent();
  stream().close();
  end(unsent);
}

void Connection::abort() {
  const std::uint64_t unsent = stream().unsent();
  stream().abort();
  end(unsent);
}

void Connection::end(std::uint64_t unsent) {
  if (!is_listed()) return;  // it was closed before
  if (http1_) http1_->closed(unsent);
  shard_.connection_closed(*this);
}

}  // namespace mastic::server
