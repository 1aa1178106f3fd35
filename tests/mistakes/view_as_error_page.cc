// says: a handler must not return a std::string_view, because its text may be gone by then
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.on_error([](mastic::Request&, const mastic::Problem& problem) {
    return std::string_view(problem.detail);
  });
}
