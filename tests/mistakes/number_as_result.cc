// says: a handler returns text, a Status, a Body, a Response, what becomes JSON
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/count">([] { return 42; });
}
