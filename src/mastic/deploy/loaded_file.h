// A file of a site together with the settings that it was given from outside: what PasteDeploy calls
// a ConfigLoader.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/ini_file.h"
#include "mastic/deploy/interpolation.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Returns the value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// What the settings of one section mean.
struct SectionSettings {
  Settings global;     ///< what the part and all parts below it see
  Settings additions;  ///< the part of `global` that the section sets by `set NAME = VALUE`
  Settings local;      ///< what the part itself is given, with the keys that build it such as `use`
  /// The names of settings that are left out because of an error, which has been reported.
  std::vector<std::string> broken;

  /// Whether there was a local setting with this name, which had an error.
  [[nodiscard]] bool is_broken(std::string_view name) const;
};

/// A file of a site, with its defaults: `here`, `__file__`, the entries of `[DEFAULT]`, and what came
/// from the command line or from the file that refers to this one. The names in the values of its
/// sections are looked up there.
class LoadedFile {
 public:
  /// `absolute_path` is the path of the file. `given` are the settings from outside, which are
  /// defaults where the file has none of its own. What is wrong with them is reported. All references
  /// must outlive this object.
  LoadedFile(const IniFile& file, std::string absolute_path, const Settings& given,
             const Environment& environment, Diagnostics& diagnostics);

  /// The sections.
  [[nodiscard]] const IniFile& ini() const { return file_; }
  /// The path of the folder that relative paths in the file begin at.
  [[nodiscard]] std::string_view folder() const MASTIC_LIFETIMEBOUND;
  /// The settings that its sections see before those of others: `here`, [DEFAULT] and what was given.
  [[nodiscard]] const Settings& defaults() const MASTIC_LIFETIMEBOUND { return defaults_; }
  /// Reads a section for a part that sees the global settings `given`.
  [[nodiscard]] SectionSettings read(const IniSection& section, const Settings& given) const;

 private:
  class SectionNames;
  struct Reading;

  [[nodiscard]] base::Result<Setting> interpolated(Setting raw, const IniSection* section,
                                                   std::size_t& growth_left) const;
  void warn_of_shadowed(const Settings& given) const;
  void interpolate_defaults();
  void read_entry(Reading& reading, const Setting& entry) const;
  void warn_of_ignored(const Setting& entry, const Setting& known) const;
  void add_from_globals(Reading& reading) const;

  const IniFile& file_;
  std::string path_;
  const Environment& environment_;
  Diagnostics& diagnostics_;
  Settings raw_defaults_;  ///< before interpolation
  Settings defaults_;      ///< after interpolation
};

}  // namespace mastic::deploy
