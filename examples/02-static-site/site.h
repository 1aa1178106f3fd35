// Static files beside a route, with our own middleware around both.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` is the directory of the files; without it, std::runtime_error is
/// thrown.
mastic::Router make_site(const std::string& public_dir);
