// Whether a line of code is the library's own, for messages that should name a line of the
// application.

#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace mastic::base {

/// Whether `file`, a path as compilers spell it, is a source of Mastic, in the source tree or
/// installed: "/home/ada/mastic/src/mastic/app/app.h". Its tests do not count, because they play
/// the application.
[[nodiscard]] constexpr bool is_own_source(std::string_view file) {
  constexpr std::array<std::string_view, 17> kRooms = {
      "app",        "async", "base",    "catalog", "files",   "http",    "inspect", "json", "loop",
      "middleware", "net",   "routing", "server",  "sockets", "testing", "threads", "wire"};
  constexpr std::array<std::string_view, 4> kTests = {"_test.cc", "_testing.h", "_testing.cc",
                                                      "_bench.cc"};
  constexpr std::array<std::string_view, 2> kTrees = {"src/mastic/", "include/mastic/"};
  const auto stands_in = [&](std::string_view tree) {
    const auto at = file.rfind(tree);
    if (at == file.npos || (at > 0 && file[at - 1] != '/')) return false;
    const std::string_view rest = file.substr(at + tree.size());
    return std::ranges::find(kRooms, rest.substr(0, rest.find('/'))) != kRooms.end();
  };
  const auto ends = [&](std::string_view end) { return file.ends_with(end); };
  return std::ranges::any_of(kTrees, stands_in) && std::ranges::none_of(kTests, ends);
}

}  // namespace mastic::base
