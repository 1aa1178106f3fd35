// says: borrowed(text) would refer to a std::string that is destroyed at the end of the statement: return the std::string itself
#include <mastic/mastic.h>

const std::string& greet(std::string_view name);
const std::string make_greeting(std::string_view name);

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string_view name) { return mastic::borrowed(greet(name)); });
  site.get<"/bye/{name}">(
      [](std::string_view name) { return mastic::borrowed(make_greeting(name)); });
}
