// Keeps search engines away from a part of a site.

#pragma once

#include <mastic/mastic.h>

#include <string>

struct NoIndexOptions {
  std::string below = "/";

  void describe(mastic::OptionTable& table) {
    table.text("below", below, "PATH", "No answer below this path gets into an index.");
  }
  mastic::Result<void> check() const {
    if (below.starts_with('/')) return {};
    return mastic::fail("'below' is a path, such as /drafts, and not '", below, "'");
  }
};

mastic::Middleware make_no_index(const NoIndexOptions& options);
