// says: this is no route: it begins with '/'
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"notes/{id}">([](std::string id) { return id; });
}
