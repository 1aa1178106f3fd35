#include "site.h"

#include <string>
#include <string_view>

mastic::Router make_site() {
  mastic::Router site;
  site.get<"/">([] { return "Hello, world!\n"; });
  site.get<"/hi/{name}">(
      [](std::string_view name) { return "Hello, " + std::string(name) + "!\n"; });
  return site;
}
