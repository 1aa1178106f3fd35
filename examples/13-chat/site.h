// A chat: rooms over WebSockets, and the page for them.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` contains the page, its style and its script.
mastic::Router make_site(const std::string& public_dir);
