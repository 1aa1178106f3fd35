// A page that draws itself, and the API it talks to.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// `public_dir` has index.html, the script and the style. Throws std::runtime_error when it has
/// not.
mastic::Router make_site(const std::string& public_dir);
