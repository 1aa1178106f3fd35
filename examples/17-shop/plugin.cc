// What `use = lib:./libshop_plugin.so#NAME` may name.

#include <mastic/plugin.h>

#include "site.h"

MASTIC_PLUGIN(app_factory("shop", "A small tea shop.", [] { return make_site(PUBLIC_DIR); }))
