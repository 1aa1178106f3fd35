#include "mastic/base/assert.h"

#include <unistd.h>

#include <cstdlib>

#include "mastic/base/bounded_text.h"
#include "mastic/base/last_words.h"

namespace mastic::base {

void assertion_failed(const char* condition, const char* file, int line,
                      std::initializer_list<AssertValue> values) {
  // Without the heap, which may be what is broken.
  BoundedText<2048> text;
  text.add(file).add(':').add_number(static_cast<unsigned>(line));
  text.add(": assertion failed: ").add(condition);
  for (const AssertValue& value : values) {
    // Negated as unsigned: the lowest number has no positive counterpart.
    const auto size = static_cast<unsigned long long>(value.value);
    text.add("; ").add(value.name).add(value.value < 0 ? " = -" : " = ");
    text.add_number(value.value < 0 ? 0 - size : size);
  }
  write_last_words(STDERR_FILENO, text.add('\n').view());
  std::abort();
}

}  // namespace mastic::base
