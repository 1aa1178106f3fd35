// says: a handler takes path values by value, and nothing by reference but the Request
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](const std::string& name) { return name; });
}
