// What a section of an .ini file finds in this plugin: `use = lib:build/libsite.so#site`.

#include <mastic/plugin.h>

#include "site.h"

// clang-format off
MASTIC_PLUGIN(
  app_factory("site", "The application of this site.", make_site),
)
