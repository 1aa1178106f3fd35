// The tour: a small site that shows what Mastic does, each part beside the code that makes it.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// `public_dir` holds the page, its style and its script.
mastic::Router make_site(const std::string& public_dir);
