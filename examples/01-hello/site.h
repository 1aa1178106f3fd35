// The smallest site: a greeting for everyone, and one with a name.

#pragma once

#include <mastic/mastic.h>

mastic::Router make_site();
