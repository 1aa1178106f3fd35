#include "mastic/base/result.h"

#include <cstring>

namespace mastic::base {

std::string describe_number(int number) {
  char buffer[128];
  return strerror_r(number, buffer, sizeof buffer);
}

std::unexpected<Error> fail_with_number(int number, std::string_view what) {
  return std::unexpected(Error{std::string(what) + ": " + describe_number(number), number});
}

}  // namespace mastic::base
