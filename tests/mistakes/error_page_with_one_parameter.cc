// says: an error page is called with (Request&, const Problem&), and is not `mutable`
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.on_error(mastic::Status::NotFound, [](mastic::Request&) { return "Nothing here."; });
}
