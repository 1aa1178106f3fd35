// The environment variables that change how tests run.

#pragma once

#include <string>

namespace mastic::testing {

/// The value of an environment variable; empty when it is not set.
///
///     MASTIC_TARGET_URL    the server that every TestClient calls, in place of its application
///     MASTIC_SEED          the order of the scripts of `interleave`
///     MASTIC_WRITE_GOLDEN  if set, what a test finds is written into its golden files
///     BROWSER              the program that TestResponse::open_in_browser starts
[[nodiscard]] std::string environment(const char* name);

}  // namespace mastic::testing
