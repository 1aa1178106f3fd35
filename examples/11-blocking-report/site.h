#pragma once

#include <mastic/mastic.h>

/// A quick page and a slow report over `sales` made-up sales.
mastic::Router make_site(int sales);
