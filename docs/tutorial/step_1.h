// Step 1 of the tutorial: a site that answers.

#pragma once

#include <mastic/mastic.h>

namespace step_1 {

using mastic::Router;

inline Router make_site() {
  Router site;
  site.get("/", [] { return "Your notes are at /notes.\n"; });
  return site;
}

}  // namespace step_1
