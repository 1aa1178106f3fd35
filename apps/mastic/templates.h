// The files of apps/mastic/templates/, from which `mastic new` makes projects. The build compiles
// them into the program (cmake/EmbedFiles.cmake).

#pragma once

#include <span>
#include <string_view>

namespace mastic::program {

/// A file of a new project. The word "demo" in its path and its text is replaced.
struct TemplateFile {
  std::string_view path;  ///< below templates/: "site/site.cc"
  std::string_view text;
};

/// All files of all templates, by path.
[[nodiscard]] std::span<const TemplateFile> template_files();

}  // namespace mastic::program
