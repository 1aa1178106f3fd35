// Static files beside a route, with our own middleware around both.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` is the directory of the files. Throws std::runtime_error when there
/// is no such directory.
mastic::Router make_site(const std::string& public_dir);
