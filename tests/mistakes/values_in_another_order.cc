// says: a value of the route has a different type than the handler's parameter
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}/{times:int}">(
      [](int times, std::string name) { return name + std::to_string(times); });
}
