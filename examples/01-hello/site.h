// The smallest site: one greeting, and one with a name.

#pragma once

#include <mastic/mastic.h>

mastic::Router make_site();
