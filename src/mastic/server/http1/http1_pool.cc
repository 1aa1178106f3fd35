#include "mastic/server/http1/http1_pool.h"

#include <utility>

#include "mastic/base/assert.h"
#include "mastic/server/http1/http1_connection.h"

namespace mastic::server {

Http1Pool::Http1Pool(ShardServices& shard) : shard_(shard) {
  head_.next_ = head_.previous_ = &head_;
}

Http1Pool::~Http1Pool() { MASTIC_ASSERT(resting_ == 0); }

std::unique_ptr<Http1Connection> Http1Pool::take(Connection& connection) {
  std::unique_ptr<Http1Connection> taken = free_.take();
  if (!taken) taken = std::make_unique<Http1Connection>(shard_, *this);
  taken->serve(connection);
  return taken;
}

void Http1Pool::give_back(std::unique_ptr<Http1Connection> spare) noexcept {
  MASTIC_ASSERT(spare->is_as_new());
  free_.give_back(std::move(spare));
}

/// The machine that is taken away is never `rested` itself, so the caller may continue to use
/// `rested`.
void Http1Pool::rests(Http1Connection& rested) noexcept {
  RestingLinks& last = rested;
  last.previous_ = std::exchange(head_.previous_, &last);
  last.previous_->next_ = &last;
  last.next_ = &head_;
  if (++resting_ <= kMaxResting) return;
  RestingLinks& first = *head_.next_;
  works(first);
  static_cast<Http1Connection&>(first).leave(nullptr);
}

}  // namespace mastic::server
