// says: the handler takes a different number of values than its route has
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string name, int times) { return name + std::to_string(times); });
}
