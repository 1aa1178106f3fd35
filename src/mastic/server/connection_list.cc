#include "mastic/server/connection_list.h"

#include "mastic/server/http1_connection.h"

namespace mastic::server {

Http1Connection& ConnectionList::cast(ListedConnection& connection) {
  return static_cast<Http1Connection&>(connection);
}

}  // namespace mastic::server
