#include "mastic/deploy/value_hint.h"

namespace mastic::deploy {

std::string value_hint(std::string_view value) {
  if (value.contains('\n')) {
    return " (the value has more than one line, because the lines below it are indented)";
  }
  if (value.contains(" ;") || value.contains(" #")) {
    return " (the comment belongs to the value, so write it on a line of its own)";
  }
  const bool is_quoted = value.size() > 1 && value.front() == value.back() &&
                         (value.front() == '"' || value.front() == '\'');
  return is_quoted ? " (the quotes belong to the value, so leave them out)" : "";
}

}  // namespace mastic::deploy
