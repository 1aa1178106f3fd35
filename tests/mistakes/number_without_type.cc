// says: a value of the route has a different type than the handler's parameter
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/notes/{id}">([](int id) { return std::to_string(id); });
}
