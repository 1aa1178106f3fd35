// A service for notes, as JSON.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Whoever changes notes has to send `key` in the field X-Key.
mastic::Router make_site(std::string key);
