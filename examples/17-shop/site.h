// A small tea shop: pages and forms, a cart, customers who log in, pictures, orders, and its stock as
// JSON and over a WebSocket.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// Makes the site. `public_dir` contains its style and its script.
mastic::Router make_site(const std::string& public_dir);
