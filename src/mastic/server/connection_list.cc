#include "mastic/server/connection_list.h"

#include "mastic/server/connection.h"

namespace mastic::server {

Connection& ConnectionList::cast(ListedConnection& connection) {
  return static_cast<Connection&>(connection);
}

}  // namespace mastic::server
