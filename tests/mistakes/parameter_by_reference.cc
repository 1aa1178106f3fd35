// says: a handler takes path values by value, and only the Request by reference
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](const std::string& name) { return name; });
}
