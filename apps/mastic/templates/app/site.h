// The application of this program, and its options on the command line.

#pragma once

#include <mastic/mastic.h>

#include <string>

struct SiteOptions {
  std::string greeting = "Hello";

  void describe(mastic::OptionTable& table) {
    table.text("greeting", greeting, "TEXT", "First word of every greeting.");
  }
};

mastic::Router make_site(const SiteOptions& options);
