// The tour: a small site that shows features of Mastic, each beside its code.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` contains the page, its style and its script.
mastic::Router make_site(const std::string& public_dir);
