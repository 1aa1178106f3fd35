// Reads the files of a site and finds its parts, by PasteDeploy's rules.
//
//     Diagnostics diagnostics;
//     Loader loader(diagnostics, {.globals = {...}}, base::system_kernel());
//     std::unique_ptr<Part> site = loader.load(PartKind::App, "config:site.ini");

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/kernel.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/part.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

/// What the files of a site are read with.
struct LoadOptions {
  /// Settings from the command line (`name=value`), which the files see as defaults.
  Settings globals;
  /// The value of an environment variable, or nothing: for `%(ENV_NAME)s`.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// What a section without `use` is made by: the name of a factory of Mastic, for each kind of part.
  /// Where there is none, such a section is an error, as it is for PasteDeploy.
  std::map<PartKind, std::string> default_factories;
  /// Whether Mastic has a factory of this name, for the message about a section that is missing.
  /// make_site and read_server set it.
  std::function<bool(PartKind kind, const std::string& name)> is_factory;
  /// Maximum size of a file; all files of a site together may have four times that. Beyond it: an
  /// error.
  std::uint64_t max_file_bytes = 16 << 20;
  /// Maximum number of parts that lead to one another, as `use` and `filter-with` do. Beyond it: an
  /// error, because such a site describes itself.
  std::uint32_t max_depth = 64;
  /// Maximum number of parts, each counted as often as others name it. Beyond it: an error, because a
  /// few sections that name each other twice make more parts than any memory holds.
  std::uint32_t max_parts = 20'000;
  /// Maximum size of the settings of all parts, in bytes, each counted for every part that sees it.
  /// Beyond it: an error, because a few large settings that many parts see take as much memory.
  std::uint64_t max_settings_bytes = 32 << 20;
};

/// Reads files, each once, and describes the parts in them. What is wrong goes to `diagnostics`; all
/// errors of a file are found at once.
class Loader {
 public:
  /// `diagnostics` and `kernel` must outlive the Loader.
  Loader(Diagnostics& diagnostics, LoadOptions options, base::Kernel& kernel);
  ~Loader();

  /// Describes the part that `uri` names: "config:site.ini#admin". A relative path is relative to the
  /// working directory. Returns null, after adding at least one error, when there is no such part or
  /// it cannot be described.
  [[nodiscard]] std::unique_ptr<Part> load(PartKind kind, std::string_view uri);
  /// Describes the part that `name` refers to in `part`: a section of its file, or a URI. `origin` is
  /// where the name was written. The part sees the global settings of `part`. Returns null like
  /// `load`.
  [[nodiscard]] std::unique_ptr<Part> find(PartKind kind, std::string_view name, const Part& part,
                                           const base::Origin& origin);
  /// Whether the file has a section for this part: for a server, which a site need not have.
  [[nodiscard]] bool has(PartKind kind, std::string_view uri);

  /// Adds a warning for every section of the first file that no part was made from. Other files are
  /// there to be used in part; and if not `main` was loaded but another application, those that
  /// belong to `main` are used at other times.
  void warn_of_unused_sections();

  /// Adds a warning for every setting of the command line that no line of the files has or refers to.
  /// There is none if the site has errors, because files may be missing then, or has a plugin, whose
  /// code may ask for the setting.
  void warn_of_unread_globals();

  /// Teaches `secrets` what the command line and the files have, also the parts that no part was made
  /// from: a message may quote a value that could not be used.
  void teach(SecretValues& secrets) const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace mastic::deploy
