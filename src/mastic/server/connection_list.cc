#include "mastic/server/connection_list.h"

#include "mastic/server/connection.h"

namespace mastic::server {

Connection& ConnectionList::cast(ListedConnection& connection) {
  return static_cast<Connection&>(connection);
}

ConnectionList::Place::Place(ConnectionList& list) { list.add(*this); }
ConnectionList::Place::~Place() { remove(*this); }

}  // namespace mastic::server
