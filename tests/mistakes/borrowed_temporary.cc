// says: borrowed(text) would show a std::string that is gone at the end of the line: return the std::string itself
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string name) { return mastic::borrowed("hi " + name); });
}
