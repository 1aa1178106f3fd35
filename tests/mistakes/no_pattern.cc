// says: this is not a route: a route begins with '/'
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"notes/{id}">([](std::string id) { return id; });
}
