#include "mastic/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace mastic::base {

void assertion_failed(const char* condition, const char* file, int line,
                      std::initializer_list<AssertValue> values) {
  std::fprintf(stderr, "%s:%d: this should hold, and does not: %s", file, line, condition);
  for (const AssertValue& value : values) {
    std::fprintf(stderr, "; %.*s = %lld", static_cast<int>(value.name.size()), value.name.data(),
                 value.value);
  }
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace mastic::base
