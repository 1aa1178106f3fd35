#include "site.h"

using mastic::Router;

Router make_site() {
  Router site;
  site.get<"/">([] { return "Your notes are at /notes.\n"; });
  return site;
}
