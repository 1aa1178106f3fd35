// says: borrowed(text) would refer to a std::string that is destroyed at the end of the statement: return the std::string itself
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string name) { return mastic::borrowed("hi " + name); });
}
