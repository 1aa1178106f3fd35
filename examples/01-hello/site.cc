#include "site.h"

#include <string>

using mastic::Request;
using mastic::Router;

namespace {

std::string greet(std::string_view name) { return "Hello, " + std::string(name) + "!\n"; }

}  // namespace

Router make_site() {
  Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  site.get("/hi/{name}", [](Request& request) { return greet(request.value("name")); });
  return site;
}
