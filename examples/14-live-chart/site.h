// A chart that grows while one looks at it.

#pragma once

#include <mastic/mastic.h>

#include <functional>
#include <string>

/// Makes the site. `public_dir` contains the page, its style and its script. `measure` is called
/// twice a second and returns a percentage.
mastic::Router make_site(const std::string& public_dir, std::function<double()> measure);
