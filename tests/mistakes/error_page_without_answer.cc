// says: an error page returns text, a Status, a Body, a Response, what becomes JSON, or an
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.on_error(
      [](mastic::Request&, const mastic::Problem& problem) { std::puts(problem.detail.c_str()); });
}
