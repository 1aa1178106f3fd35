// The cases of the author benchmark: conveniences, and the plain code that they are compared with.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>

namespace bench {

using Round = std::function<void()>;
/// Cases by name. A case makes the round that is then measured.
using Cases = std::map<std::string_view, Round (*)()>;

[[nodiscard]] Cases json_cases();
[[nodiscard]] Cases request_cases();

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "author: %s\n", what);
  std::exit(1);
}

}  // namespace bench
