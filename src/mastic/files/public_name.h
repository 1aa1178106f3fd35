// Which names of files are for the public.

#pragma once

#include <algorithm>
#include <string_view>

namespace mastic::files {

/// Whether a name, one segment of a path, is not meant for the public, such as the files of editors
/// and tools. `.well-known` is public (RFC 8615).
[[nodiscard]] inline bool is_hidden(std::string_view name) {
  constexpr std::string_view kEndings[] = {"~", ".bak", ".ini", ".swp"};
  if (name == ".well-known") return false;
  return name.starts_with('.') || std::ranges::any_of(kEndings, [&](std::string_view ending) {
           return name.ends_with(ending);
         });
}

}  // namespace mastic::files
