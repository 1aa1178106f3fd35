#include "mastic/json/enumeration.h"

namespace mastic::json {

std::string one_of(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text.append(text.empty() ? "one of '" : ", '").append(name).append("'");
  }
  return text;
}

}  // namespace mastic::json
