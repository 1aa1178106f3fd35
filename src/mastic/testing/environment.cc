#include "mastic/testing/environment.h"

#include <cstdlib>

namespace mastic::testing {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace mastic::testing
