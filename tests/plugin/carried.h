// The extensions of the host's requests, which the plugin reads and adds to.

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

/// In an anonymous namespace, so the host and the plugin each have a type of this name.
struct Secret {
  int number = 0;
};

}  // namespace
