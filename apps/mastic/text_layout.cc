#include "apps/mastic/text_layout.h"

#include "mastic/base/text.h"

namespace mastic::program {

void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
  constexpr std::size_t kColumns = 80;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = base::take_until(text, ' ');
    const bool fits = column > 0 && column + 1 + word.size() <= kColumns;
    if (column > 0) out.append(fits ? " " : "\n");
    if (!fits) out.append(indent, ' ');
    out.append(word);
    column = (fits ? column + 1 : indent) + word.size();
  }
  out += '\n';
}

}  // namespace mastic::program
