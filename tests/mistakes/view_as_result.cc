// says: a handler returns no std::string_view, for what it shows may be gone by then: return std::string(text), or borrowed(text) when that stays until the answer is sent
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/hi/{name}">([](std::string_view name) { return name.substr(0, 40); });
}
