// The files of a site, each read once.

#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/kernel.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/ini_file.h"
#include "mastic/deploy/loaded_file.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Reads the files of a site and keeps them.
class SiteFiles {
 public:
  /// All references must outlive this object.
  SiteFiles(Diagnostics& diagnostics, const Environment& environment, std::uint64_t max_file_bytes,
            base::Kernel& kernel);

  /// Loads the file at `path`, which is relative to the file `from`, or to the working directory if
  /// that is null. `given` are the settings that come with the reference, which stands at `origin`.
  /// Returns null, after reporting it, when the file cannot be read. The result lives as long as this
  /// object.
  [[nodiscard]] const LoadedFile* load(std::string_view path, const LoadedFile* from,
                                       const Settings& given,
                                       const base::Origin& origin) MASTIC_LIFETIMEBOUND;
  /// Every file that was read, in the order in which they were.
  [[nodiscard]] std::vector<const IniFile*> all() const MASTIC_LIFETIMEBOUND;

  /// The absolute path that `path` means in the file `from`, or in the working directory if that is
  /// null.
  [[nodiscard]] static std::string absolute_path(std::string_view path, const LoadedFile* from);

 private:
  struct File {
    std::string absolute_path;
    std::optional<IniFile> ini;  ///< nothing for a file that could not be read
    std::string error;
  };
  File& read(const std::string& shown_path, const std::string& absolute_path);

  Diagnostics& diagnostics_;
  const Environment& environment_;
  const std::uint64_t max_file_bytes_;
  base::Kernel& kernel_;
  std::deque<File> files_;
  std::uint64_t bytes_ = 0;  ///< of all files that were read
  std::deque<LoadedFile> loaded_;
};

}  // namespace mastic::deploy
