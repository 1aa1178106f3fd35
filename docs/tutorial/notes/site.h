// A service for notes, as JSON.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. Requests that write notes must have `key` in their field X-Key.
mastic::Router make_site(std::string key);
