// A service for notes, as JSON.

#pragma once

#include <mastic/mastic.h>

mastic::Router make_site();
