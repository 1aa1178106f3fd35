// A page that is rendered by its script, and the API that the script calls.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` must contain index.html, the script and the style. Throws
/// std::runtime_error when index.html cannot be read.
mastic::Router make_site(const std::string& public_dir);
