// says: a handler returns no std::string_view, for what it shows may be gone by then
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.on_error([](mastic::Request&, const mastic::Problem& problem) {
    return std::string_view(problem.detail);
  });
}
