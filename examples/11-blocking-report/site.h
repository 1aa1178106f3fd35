#pragma once

#include <mastic/mastic.h>

/// Makes a site with a quick page and a slow report on `sales` invented sales.
mastic::Router make_site(int sales);
