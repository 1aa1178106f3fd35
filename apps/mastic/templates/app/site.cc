#include "site.h"

#include <string_view>

mastic::Router make_site(const SiteOptions& options) {
  mastic::Router site;
  const std::string greeting = options.greeting;
  site.get<"/">([greeting] { return greeting + ", world!\n"; });
  site.get<"/hi/{name}">(
      [greeting](std::string_view name) { return greeting + ", " + std::string(name) + "!\n"; });
  return site;
}
