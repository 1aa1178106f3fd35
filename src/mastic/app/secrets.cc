#include "mastic/app/secrets.h"

#include <algorithm>
#include <array>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::app {
namespace {

/// Whether `text` holds `part`, which is in lower case.
bool contains_ignoring_case(std::string_view text, std::string_view part) {
  for (; text.size() >= part.size(); text.remove_prefix(1)) {
    if (base::equal_ignoring_case(text.substr(0, part.size()), part)) return true;
  }
  return false;
}

/// Whether an escaped name may be that of a credential. Decodes it on the stack, so that nothing is
/// allocated; a name that is too long for that counts as the name of a credential.
bool names_secret_escaped(std::string_view name) {
  std::array<char, 256> decoded;
  if (name.size() > decoded.size()) return true;
  return names_secret({decoded.data(), base::percent_decode(name, decoded.data())});
}

template <class Append>
void append_blanked(std::string_view target, const Append& append) {
  constexpr std::size_t kMaxNameless = 24;  // bytes; longer ones are tokens rather than words
  bool in_query = false;
  while (true) {
    const std::size_t end = target.find_first_of(in_query ? "&;" : "?;");
    const std::string_view part = target.substr(0, end);
    const std::size_t equals = part.find('=');
    if (equals != part.npos && names_secret_escaped(part.substr(0, equals))) {
      append(part.substr(0, equals + 1));
      append("***");
    } else if (in_query && equals == part.npos && part.size() > kMaxNameless) {
      append("***");
    } else {
      append(part);
    }
    if (end == target.npos) return;
    append(target.substr(end, 1));
    in_query = in_query || target[end] == '?';
    target.remove_prefix(end + 1);
  }
}

}  // namespace

bool names_secret(std::string_view name) {
  constexpr std::string_view kParts[] = {"auth",       "cookie", "passw",   "pwd", "secret",
                                         "token",      "key",    "session", "sid", "sign",
                                         "credential", "jwt",    "csrf"};
  return std::ranges::any_of(kParts, [&](auto part) { return contains_ignoring_case(name, part); });
}

std::string blank_secrets(std::string_view target) {
  std::string shown;
  shown.reserve(target.size());
  append_blanked(target, [&](std::string_view part) { shown += part; });
  return shown;
}

void add_without_secrets(base::ActivityReport& report, std::string_view target) noexcept {
  append_blanked(target, [&](std::string_view part) { report.what.add(part); });
}

}  // namespace mastic::app
