// The cases of the author benchmark: conveniences, and the plain ways they are held against.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>

namespace bench {

using Round = std::function<void()>;
/// A name, and what makes the round that is measured.
using Cases = std::map<std::string_view, Round (*)()>;

[[nodiscard]] Cases json_cases();
[[nodiscard]] Cases request_cases();

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "author: %s\n", what);
  std::exit(1);
}

}  // namespace bench
