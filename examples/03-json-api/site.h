// A JSON API: the teas of a shop, kept in memory.

#pragma once

#include <mastic/mastic.h>

mastic::Router make_site();
