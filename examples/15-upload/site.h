// A page with a form for files, and the files that were sent.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` contains the page, its style and its script.
mastic::Router make_site(const std::string& public_dir);
