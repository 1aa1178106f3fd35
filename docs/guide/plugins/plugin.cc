#include <mastic/plugin.h>

#include "no_index.h"

MASTIC_PLUGIN(filter_factory("no-index", "Keeps search engines away.", make_no_index))
