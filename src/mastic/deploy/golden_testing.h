// Reads the golden files of this room.
//
// A golden file holds the files of a site, a line of dashes, and what is expected of them. The first
// file is site.ini; `--- NAME` begins another one, `--- command line` the settings of the command
// line, and `--- environment` the variables.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "mastic/deploy/loader.h"

namespace mastic::deploy {

/// A site, and what is expected of it.
struct GoldenCase {
  std::map<std::string, std::string> files;  ///< by path, in the folder /site
  LoadOptions options;
  std::string input;     ///< the golden file up to the line of dashes
  std::string expected;  ///< and what follows that line
};

/// The names of all golden files, without `.txt`.
[[nodiscard]] std::vector<std::string> golden_names();
/// The path of a golden file.
[[nodiscard]] std::string golden_path(const std::string& name);
/// Reads a golden file.
[[nodiscard]] GoldenCase read_golden(const std::string& name);
/// Splits the text of a golden file; the fuzz target uses it, too.
[[nodiscard]] GoldenCase parse_golden(std::string_view text);

}  // namespace mastic::deploy
