#include "mastic/server/http1/http1_pool.h"

#include <utility>

#include "mastic/base/assert.h"
#include "mastic/server/http1/http1_connection.h"

namespace mastic::server {

Http1Pool::Http1Pool(ShardServices& shard) : shard_(shard) {}
Http1Pool::~Http1Pool() = default;

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

}  // namespace mastic::server
