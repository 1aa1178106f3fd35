#include "mastic/json/enumeration.h"

namespace mastic::json {

std::string one_of(std::span<const std::string_view> names) {
  std::string text(names.size() == 1 ? "" : "one of ");
  for (const std::string_view name : names) {
    text.append(name == names.front() ? "'" : ", '").append(name).append("'");
  }
  return text;
}

}  // namespace mastic::json
