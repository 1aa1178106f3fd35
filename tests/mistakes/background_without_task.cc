// says: a background task is begun by a function without parameters, which returns a Task<>
#include <mastic/mastic.h>

void clean_up();

void enter(mastic::Router& site) {
  site.in_background("clean-up", [] { clean_up(); });
}
