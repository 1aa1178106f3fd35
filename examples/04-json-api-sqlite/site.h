// A JSON API: the teas of a shop, kept in an SQLite database.

#pragma once

#include <mastic/mastic.h>

#include "store.h"

/// Throws sqlite::Error when the database cannot be opened.
mastic::Router make_site(const Store::Options& options);
