// The text of an `.ini` file as sections and their entries, before any meaning is given to it.
//
// It reads what Python's `configparser.ConfigParser` reads, with default settings and names that
// keep their case, as PasteDeploy uses it:
//
//     # a line whose first character is # or ; is a comment, wherever it stands
//     [app:main]                 what follows the last ] is ignored
//     use = mastic#static        the first = or : separates a name from its value
//     note = one
//      two                       a line that is indented deeper than its entry continues the value
//
// Comments do not begin within a line. Empty lines within a value belong to it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/name_index.h"

namespace mastic::deploy {

/// A line `name = value` of a file.
struct IniEntry {
  std::string name;
  std::string value;  ///< before interpolation; the lines of a long value are joined by line feeds
  std::uint32_t line = 0;
};

/// The part of a file that a line `[name]` begins.
struct IniSection {
  std::string name;  ///< as it stands between the brackets: "app:main"
  std::uint32_t line = 0;
  std::vector<IniEntry> entries;
  NameIndex index = {};  ///< of the entries

  /// The entry with this name, or null.
  [[nodiscard]] const IniEntry* find(std::string_view entry) const MASTIC_LIFETIMEBOUND;
};

/// A file of sections. It does not change once it is read.
class IniFile {
 public:
  /// Reads `text`. `path` is what messages call the file.
  ///
  /// What is wrong goes to `diagnostics`, all of it up to a number of errors that no person would
  /// read. What could be read is in the result all the same.
  [[nodiscard]] static IniFile parse(std::string_view text, std::string path,
                                     Diagnostics& diagnostics);

  /// The path of the file, as messages call it.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Whether the file was read to its end. It was not if it is no text, or has too many errors.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  /// The entries of `[DEFAULT]`, which may stand in several places.
  [[nodiscard]] const IniSection& defaults() const { return defaults_; }
  /// All other sections, in the order of the file.
  [[nodiscard]] const std::vector<IniSection>& sections() const { return sections_; }
  /// The sections `[TYPE:NAME]`. White space around NAME is ignored, so there may be several.
  [[nodiscard]] std::vector<const IniSection*> find(
      std::string_view type, std::string_view name) const MASTIC_LIFETIMEBOUND;
  /// The section with exactly this name, or null.
  [[nodiscard]] const IniSection* find(std::string_view name) const MASTIC_LIFETIMEBOUND;

  /// A line of the file.
  [[nodiscard]] base::Origin origin(std::uint32_t line) const { return {path_, line}; }

 private:
  friend class IniParser;

  std::string path_;
  bool is_complete_ = false;
  IniSection defaults_{"DEFAULT", 0, {}, {}};
  std::vector<IniSection> sections_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_;  ///< "TYPE:NAME", stripped
  std::unordered_map<std::string, std::size_t> by_whole_name_;         ///< as it is written
};

}  // namespace mastic::deploy
