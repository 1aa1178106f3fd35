// Writes the files of a new project, or of a new filter, from the templates.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/result.h"

namespace mastic::program {

/// What `mastic new` makes.
enum class NewKind {
  Site,    ///< a plugin with a site file, in a folder of its own
  App,     ///< a program, in a folder of its own
  Filter,  ///< a filter with its test, in the current folder
};

/// Fails unless files, functions and targets of CMake can be called `name`, with a message that says
/// what a name may be.
[[nodiscard]] base::Result<void> check_name(NewKind kind, std::string_view name);

/// Writes the files, and returns their paths. No file is overwritten: fails before anything is
/// written when a file or folder of that name exists. When it fails later, it removes what it has
/// written. Requires: check_name accepts `name`.
[[nodiscard]] base::Result<std::vector<std::string>> write_new(NewKind kind, std::string_view name);

/// The name as C++ has it: "my-stamp" is my_stamp.
[[nodiscard]] std::string identifier(std::string_view name);

}  // namespace mastic::program
