// says: a handler must not return a std::string_view, because its text may be gone by then: return std::string(text), or borrowed(text) when the text stays until the answer is sent
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string_view name) { return name.substr(0, 40); });
}
