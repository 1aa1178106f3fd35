// says: a handler is a function whose parameters have types: no `auto`, no overloads
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](auto name) { return std::string(name); });
}
