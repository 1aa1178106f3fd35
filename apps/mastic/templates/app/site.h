// The application of this program.

#pragma once

#include <mastic/mastic.h>

mastic::Router make_site();
