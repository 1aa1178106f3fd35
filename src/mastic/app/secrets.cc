#include "mastic/app/secrets.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::app {

bool names_secret(std::string_view name) {
  constexpr std::string_view kParts[] = {"auth",       "cookie", "passw",   "pwd", "secret",
                                         "token",      "key",    "session", "sid", "sign",
                                         "credential", "jwt",    "csrf"};
  const std::string lower = base::lower_case(name);
  return std::ranges::any_of(kParts, [&](auto part) { return lower.find(part) != lower.npos; });
}

std::string blank_secrets(std::string_view target) {
  constexpr std::size_t kMostNameless = 24;  // bytes; a word or a number rather than a token
  std::string shown;
  shown.reserve(target.size());
  bool in_query = false;
  while (true) {
    const std::size_t end = target.find_first_of(in_query ? "&;" : "?;");
    const std::string_view part = target.substr(0, end);
    const std::size_t equals = part.find('=');
    if (equals != part.npos && names_secret(base::percent_decode(part.substr(0, equals)))) {
      shown.append(part.substr(0, equals + 1)).append("***");
    } else if (in_query && equals == part.npos && part.size() > kMostNameless) {
      shown += "***";
    } else {
      shown += part;
    }
    if (end == target.npos) return shown;
    shown += target[end];
    in_query = in_query || target[end] == '?';
    target.remove_prefix(end + 1);
  }
}

}  // namespace mastic::app
