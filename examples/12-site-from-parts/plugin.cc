// What `use = lib:./libteas.so#NAME` may name.

#include <mastic/plugin.h>

#include "teas.h"

MASTIC_PLUGIN(app_factory("teas", "The teas of a shop.", make_teas))
