#include "site.h"

#include <string>

using mastic::Router;

namespace {

std::string greet(std::string_view name) { return "Hello, " + std::string(name) + "!\n"; }

}  // namespace

Router make_site() {
  Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  site.get<"/hi/{name}">(greet);
  return site;
}
