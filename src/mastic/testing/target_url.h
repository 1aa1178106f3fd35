// The URL of a server that a test calls.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/address.h"

namespace mastic::testing {

/// Where a server is, and what is below it.
struct TargetUrl {
  std::vector<base::Address> addresses;  ///< where to connect to, in the order to try
  std::string authority;                 ///< what Host says: "127.0.0.1:8080"
  std::string prefix;  ///< the path before every target, without a slash at its end: "/shop"

  /// Reads "http://127.0.0.1:8080", "http://localhost:8080/shop", "http://[::1]:8080" or
  /// "unix:/run/site.sock". Looks a name up (getaddrinfo). Throws std::invalid_argument, with what to
  /// write, for anything else.
  [[nodiscard]] static TargetUrl parse(std::string_view url);
};

}  // namespace mastic::testing
