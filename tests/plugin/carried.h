// What the requests of the host carry, and the plugin's side of it.

#pragma once

#include <string>

namespace carried {

/// Set by the host, read by the plugin.
struct User {
  std::string name;
};
/// Set by the plugin, read by the host.
struct Verdict {
  bool is_admin = false;
  bool saw_secret = false;
};

}  // namespace carried

namespace {

/// Spelt alike in both, and each one's own.
struct Secret {
  int number = 0;
};

}  // namespace
