// Static files beside a route, with a middleware of our own around both.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// `public_dir` is the directory whose files are served; it has to be there.
mastic::Router make_site(const std::string& public_dir);
